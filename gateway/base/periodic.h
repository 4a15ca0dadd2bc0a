// A thread that calls a function again and again, for files that may change.
//
// The function runs on that thread alone; RunSoon may be called from any, and does not block. The
// destructor wakes the thread and waits for it: the function must not outlive what it uses.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace gateway {

class Periodic {
 public:
  using Milliseconds = std::chrono::milliseconds;
  /// From the end of a call to the next, however often others ask for one.
  static constexpr Milliseconds kLeastPause{1'000};

  /// First after one interval.
  Periodic(Milliseconds interval, std::function<void()> function,
           Milliseconds least_pause = kLeastPause);

  /// Calls the function without waiting for the interval; requests that come before it begins are
  /// one.
  void RunSoon();

 private:
  void Run(const std::stop_token& stop);

  const Milliseconds interval_;
  const Milliseconds least_pause_;
  const std::function<void()> function_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool soon_ = false;
  std::jthread thread_;
};

}  // namespace gateway
