// Ends the process when something takes longer than it ever may: a bug must not hold up a
// deployment.
//
// Not thread-safe; used on the thread that shuts down. Destruction calls the watchdog off.
#pragma once

#include <absl/base/thread_annotations.h>

#include <chrono>
#include <thread>

#include "gateway/base/mutex.h"

namespace gateway {

class Watchdog {
 public:
  explicit Watchdog(std::chrono::milliseconds patience);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  // Beside the destructor, in which clang does not check locks.
  void CallOff();
  void Watch(std::chrono::milliseconds patience);

  Mutex mutex_;
  bool called_off_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gateway
