#include "gateway/base/periodic.h"

#include <utility>

namespace gateway {

Periodic::Periodic(std::chrono::milliseconds interval, std::function<void()> function)
    : interval_(interval),
      function_(std::move(function)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void Periodic::Run(const std::stop_token& stop) {
  while (true) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, interval_, [] { return false; });
    if (stop.stop_requested()) return;
    lock.unlock();
    function_();
  }
}

}  // namespace gateway
