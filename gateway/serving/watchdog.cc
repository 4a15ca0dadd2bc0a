#include "gateway/serving/watchdog.h"

#include <absl/time/time.h>

#include <cstdlib>

#include "gateway/base/deadline.h"
#include "gateway/base/mutex.h"
#include "gateway/telemetry/logging.h"

namespace gateway {

Watchdog::Watchdog(std::chrono::milliseconds patience)
    : thread_([this, patience] { Watch(patience); }) {}

Watchdog::~Watchdog() {
  CallOff();
  thread_.join();
}

void Watchdog::CallOff() {
  const MutexLock lock(&mutex_);
  called_off_ = true;
}

void Watchdog::Watch(std::chrono::milliseconds patience) {
  const Clock::time_point end = Clock::now() + patience;
  const MutexLock lock(&mutex_);
  // Older Abseil's timeouts follow the wall clock: one that was set forward must end no process.
  for (Clock::duration left = patience; left.count() > 0; left = end - Clock::now()) {
    if (mutex_.AwaitWithTimeout(absl::Condition(&called_off_), absl::FromChrono(left))) return;
  }
  Log(LogLevel::kError, "shutdown hangs: the process gives up");
  std::_Exit(1);
}

}  // namespace gateway
