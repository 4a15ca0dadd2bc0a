// The loop thread: a libcurl multi handle, a mailbox for other threads, and timers.
//
// Post and Stop are for any thread, all else for the loop thread only. Knows nothing of requests:
// what a finished handle means is told to the callback.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/base/deadline.h"
#include "gateway/base/mutex.h"

namespace gateway {

class CurlEventLoop {
 public:
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;

  struct Callbacks {
    /// A handle has ended and was removed.
    std::function<void(CURL*, CURLcode)> finished;
    /// The last thing that runs on the loop thread: must remove all handles.
    Task stopped;
  };

  explicit CurlEventLoop(Callbacks callbacks);
  ~CurlEventLoop();
  CurlEventLoop(const CurlEventLoop&) = delete;
  CurlEventLoop& operator=(const CurlEventLoop&) = delete;

  /// Starts the thread: apart from the constructor, so that the callbacks' owner is complete.
  void Start();
  void Stop();

  void Post(Task task);

  TimerId StartTimer(Clock::duration delay, Task task);
  void StopTimer(TimerId id);

  /// Starts a transfer; false if libcurl refuses.
  bool Add(CURL* easy);
  void Remove(CURL* easy);

  /// To set options.
  [[nodiscard]] CURLM* multi() { return multi_; }

 private:
  struct Timer {
    Clock::time_point due;
    Task task;
  };

  void Run();
  void RunMailbox();
  void RunDueTimers();
  void ReportFinished();
  /// At most until the next timer.
  [[nodiscard]] int PollMilliseconds() const;

  const Callbacks callbacks_;
  CURLM* const multi_;
  bool stopping_ = false;

  std::unordered_map<TimerId, Timer> timers_;
  /// The same timers in the order they are due.
  std::set<std::pair<Clock::time_point, TimerId>> schedule_;
  TimerId next_timer_ = 1;

  Mutex mutex_;
  std::vector<Task> mailbox_ GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace gateway
