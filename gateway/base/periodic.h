// A thread that calls a function again and again, for files that may change.
//
// The function runs on that thread alone. The destructor wakes the thread and waits for it: the
// function must not outlive what it uses.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace gateway {

class Periodic {
 public:
  /// First after one interval.
  Periodic(std::chrono::milliseconds interval, std::function<void()> function);

 private:
  void Run(const std::stop_token& stop);

  const std::chrono::milliseconds interval_;
  const std::function<void()> function_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace gateway
