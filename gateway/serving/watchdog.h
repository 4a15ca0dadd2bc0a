// Ends the process when something takes longer than it ever may: a bug must not hold a deployment.
//
// Belongs to one thread; destruction calls it off.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace gateway {

class Watchdog {
 public:
  explicit Watchdog(std::chrono::milliseconds patience);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void Watch(std::chrono::milliseconds patience);

  std::mutex mutex_;
  std::condition_variable called_off_changed_;
  bool called_off_ = false;
  std::thread thread_;
};

}  // namespace gateway
