#include "gateway/base/periodic.h"

#include <absl/time/time.h>

#include <algorithm>
#include <utility>

#include "gateway/base/mutex.h"

namespace gateway {

Periodic::Periodic(Milliseconds interval, std::function<void()> function, Milliseconds least_pause)
    : interval_(interval),
      least_pause_(std::min(least_pause, interval)),
      function_(std::move(function)),
      thread_([this] { Run(); }) {}

Periodic::~Periodic() {
  End();
  thread_.join();
}

void Periodic::End() {
  const MutexLock lock(&mutex_);
  ended_ = true;
}

void Periodic::RunSoon() {
  const MutexLock lock(&mutex_);
  soon_ = true;
}

bool Periodic::WaitForNext(Milliseconds pause) {
  const MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&ended_), absl::FromChrono(pause));
  mutex_.AwaitWithTimeout(absl::Condition(this, &Periodic::IsWoken),
                          absl::FromChrono(interval_ - pause));
  soon_ = false;
  return !ended_;
}

void Periodic::Run() {
  for (Milliseconds pause{0}; WaitForNext(pause); pause = least_pause_) function_();
}

}  // namespace gateway
