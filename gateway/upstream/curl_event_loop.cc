#include "gateway/upstream/curl_event_loop.h"

#include <algorithm>
#include <chrono>

namespace gateway {
namespace {

/// Without a timer: libcurl shortens it for its own timers, a wakeup ends it.
constexpr std::chrono::milliseconds kLongestPoll{10'000};

}  // namespace

CurlEventLoop::CurlEventLoop(Callbacks callbacks)
    : callbacks_(std::move(callbacks)), multi_(curl_multi_init()) {}

CurlEventLoop::~CurlEventLoop() {
  Stop();
  curl_multi_cleanup(multi_);
}

void CurlEventLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void CurlEventLoop::Stop() {
  if (!thread_.joinable()) return;
  Post([this] { stopping_ = true; });
  thread_.join();
}

void CurlEventLoop::Post(Task task) {
  bool was_empty = false;
  {
    const MutexLock lock(mutex_);
    was_empty = mailbox_.empty();
    mailbox_.push_back(std::move(task));
  }
  // Wakeups merge, so the loop empties the mailbox after each poll: one wakeup is enough for all.
  if (was_empty) curl_multi_wakeup(multi_);
}

CurlEventLoop::TimerId CurlEventLoop::StartTimer(Clock::duration delay, Task task) {
  const TimerId id = next_timer_++;
  const Clock::time_point due = Clock::now() + std::max(delay, Clock::duration::zero());
  timers_.emplace(id, Timer{due, std::move(task)});
  schedule_.emplace(due, id);
  return id;
}

void CurlEventLoop::StopTimer(TimerId id) {
  const auto timer = timers_.find(id);
  if (timer == timers_.end()) return;
  schedule_.erase({timer->second.due, id});
  timers_.erase(timer);
}

bool CurlEventLoop::Add(CURL* easy) { return curl_multi_add_handle(multi_, easy) == CURLM_OK; }

void CurlEventLoop::Remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

void CurlEventLoop::Run() {
  while (!stopping_) {
    int running = 0;
    curl_multi_perform(multi_, &running);
    ReportFinished();
    RunDueTimers();
    // Whatever the callbacks above have started is due at once: libcurl says so, and does not
    // block.
    curl_multi_poll(multi_, nullptr, 0, PollMilliseconds(), nullptr);
    RunMailbox();
  }
  callbacks_.stopped();
}

void CurlEventLoop::RunMailbox() {
  std::vector<Task> tasks;
  {
    const MutexLock lock(mutex_);
    tasks.swap(mailbox_);
  }
  for (const Task& task : tasks) task();
}

void CurlEventLoop::RunDueTimers() {
  // Timers that are started by these tasks wait for the next round.
  const Clock::time_point now = Clock::now();
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    const TimerId id = schedule_.begin()->second;
    const Task task = std::move(timers_.at(id).task);
    StopTimer(id);
    task();
  }
}

void CurlEventLoop::ReportFinished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    Remove(easy);  // The message is gone after this.
    callbacks_.finished(easy, code);
  }
}

int CurlEventLoop::PollMilliseconds() const {
  if (schedule_.empty()) return static_cast<int>(kLongestPoll.count());
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(schedule_.begin()->first - Clock::now());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kLongestPoll).count());
}

}  // namespace gateway
