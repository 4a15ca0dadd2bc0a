#include "gateway/serving/watchdog.h"

#include <cstdlib>

#include "gateway/telemetry/logging.h"

namespace gateway {

Watchdog::Watchdog(std::chrono::milliseconds patience)
    : thread_([this, patience] { Watch(patience); }) {}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(mutex_);
    called_off_ = true;
  }
  called_off_changed_.notify_all();
  thread_.join();
}

void Watchdog::Watch(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (called_off_changed_.wait_for(lock, patience, [this] { return called_off_; })) return;
  Log(LogLevel::kError, "shutdown hangs: the process gives up");
  std::_Exit(1);
}

}  // namespace gateway
