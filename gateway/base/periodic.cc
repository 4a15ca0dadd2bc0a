#include "gateway/base/periodic.h"

#include <algorithm>
#include <utility>

namespace gateway {

Periodic::Periodic(Milliseconds interval, std::function<void()> function, Milliseconds least_pause)
    : interval_(interval),
      least_pause_(std::min(least_pause, interval)),
      function_(std::move(function)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void Periodic::RunSoon() {
  const std::scoped_lock lock(mutex_);
  soon_ = true;
  woken_.notify_one();
}

void Periodic::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  Milliseconds pause{0};
  while (true) {
    woken_.wait_for(lock, stop, pause, [] { return false; });
    woken_.wait_for(lock, stop, interval_ - pause, [this] { return soon_; });
    if (stop.stop_requested()) return;
    soon_ = false;
    lock.unlock();
    function_();
    lock.lock();
    pause = least_pause_;
  }
}

}  // namespace gateway
