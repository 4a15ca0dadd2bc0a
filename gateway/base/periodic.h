// A thread that calls a function again and again, for files that may change.
//
// Thread-safe; RunSoon does not block. The function runs on the object's own thread alone, and what
// it uses must outlive the object: the destructor wakes the thread and waits for it.
#pragma once

#include <absl/base/thread_annotations.h>

#include <chrono>
#include <functional>
#include <thread>

#include "gateway/base/mutex.h"

namespace gateway {

class Periodic {
 public:
  using Milliseconds = std::chrono::milliseconds;
  /// From the end of a run to the next, however often others ask for one.
  static constexpr Milliseconds kLeastPause{1'000};

  /// The first run is after one interval.
  Periodic(Milliseconds interval, std::function<void()> function,
           Milliseconds least_pause = kLeastPause);
  ~Periodic();
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  /// Runs the function without waiting for the interval. Requests that come before the run begins
  /// are one.
  void RunSoon();

 private:
  // Beside the destructor, in which clang does not check locks.
  void End();
  void Run();
  /// Waits until the next run is due; false if the object is being destroyed.
  bool WaitForNext(Milliseconds pause);
  ABSL_ATTRIBUTE_NO_SANITIZE_THREAD bool IsWoken() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return soon_ || ended_;
  }

  const Milliseconds interval_;
  const Milliseconds least_pause_;
  const std::function<void()> function_;
  mutable Mutex mutex_;
  bool soon_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gateway
