// The loop thread: a libcurl multi handle driven by epoll, a mailbox for other threads, and timers.
// libcurl's own poll looks at every transfer each time; this one only at those with news.
//
// RunOnLoop and Stop are thread-safe; all else is used on the loop thread only. Knows nothing of
// requests: the callback decides what a finished handle means.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

#include "gateway/base/deadline.h"
#include "gateway/base/mailbox.h"
#include "gateway/upstream/epoll.h"

namespace gateway {

class CurlMulti {
 public:
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;

  struct Callbacks {
    /// A handle has ended and was removed.
    std::function<void(CURL*, CURLcode)> finished;
    /// The last thing that runs on the loop thread: must remove all handles.
    Task stopped;
  };

  explicit CurlMulti(Callbacks callbacks);
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Starts the thread: apart from the constructor, so that the callbacks' owner is complete.
  void Start();
  void Stop();

  void RunOnLoop(Task task);

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

  // Called by libcurl.
  static int OnWatch(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int OnSetTimer(CURLM* multi, long milliseconds, void* self);

  void Run();
  void RunTransfers(curl_socket_t socket, int events);
  void RunMailbox();
  void RunDueTimers();
  void ReportFinished();
  /// At most until the next timer, ours or libcurl's.
  [[nodiscard]] std::chrono::milliseconds TimeToWait() const;

  const Callbacks callbacks_;
  const Epoll poll_;
  CURLM* const multi_;
  /// When libcurl wants to run though no socket has news. It has one such time for all transfers.
  std::optional<Clock::time_point> curl_due_;
  bool stopping_ = false;

  std::unordered_map<TimerId, Timer> timers_;
  /// The same timers in the order they are due.
  std::set<std::pair<Clock::time_point, TimerId>> schedule_;
  TimerId next_timer_ = 1;

  Mailbox<Task> mailbox_;

  std::thread thread_;
};

}  // namespace gateway
