#include "gateway/upstream/curl_multi.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>

#include "gateway/upstream/curl_library.h"

namespace gateway {
namespace {

/// Without a timer; a wakeup ends it.
constexpr std::chrono::milliseconds kLongestWait{10'000};

}  // namespace

CurlMulti::CurlMulti(Callbacks callbacks)
    : callbacks_(std::move(callbacks)), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &OnWatch);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &OnSetTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  LeaveResolversBehind(multi_);
}

CurlMulti::~CurlMulti() {
  Stop();
  curl_multi_cleanup(multi_);
}

void CurlMulti::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "upstream");
    Run();
  });
}

void CurlMulti::Stop() {
  if (!thread_.joinable()) return;
  RunOnLoop([this] { stopping_ = true; });
  thread_.join();
}

void CurlMulti::RunOnLoop(Task task) {
  // Wakeups merge, and the loop empties the mailbox after each wait.
  if (mailbox_.Put(std::move(task))) poll_.Wake();
}

CurlMulti::TimerId CurlMulti::StartTimer(Clock::duration delay, Task task) {
  const TimerId id = next_timer_++;
  const Clock::time_point due = Clock::now() + std::max(delay, Clock::duration::zero());
  timers_.emplace(id, Timer{due, std::move(task)});
  schedule_.emplace(due, id);
  return id;
}

void CurlMulti::StopTimer(TimerId id) {
  const auto timer = timers_.find(id);
  if (timer == timers_.end()) return;
  schedule_.erase({timer->second.due, id});
  timers_.erase(timer);
}

bool CurlMulti::Add(CURL* easy) { return curl_multi_add_handle(multi_, easy) == CURLM_OK; }

void CurlMulti::Remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

int CurlMulti::OnWatch(CURL* /*easy*/, curl_socket_t socket, int what, void* self,
                       void* /*known*/) {
  const Epoll& poll = static_cast<CurlMulti*>(self)->poll_;
  if (what == CURL_POLL_REMOVE) {
    poll.Forget(socket);
  } else {
    poll.Watch(socket, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
  }
  return 0;
}

int CurlMulti::OnSetTimer(CURLM* /*multi*/, long milliseconds, void* self) {
  auto& due = static_cast<CurlMulti*>(self)->curl_due_;
  due.reset();
  if (milliseconds >= 0) due = Clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

void CurlMulti::Run() {
  const auto on_ready = [this](int socket, Epoll::Readiness ready) {
    RunTransfers(socket, (ready.to_read ? CURL_CSELECT_IN : 0) |
                             (ready.to_write ? CURL_CSELECT_OUT : 0) |
                             (ready.failed ? CURL_CSELECT_ERR : 0));
  };
  while (!stopping_) {
    if (curl_due_ && *curl_due_ <= Clock::now()) {
      curl_due_.reset();
      RunTransfers(CURL_SOCKET_TIMEOUT, 0);
    }
    ReportFinished();
    RunDueTimers();
    // Whatever the callbacks above have started is due at once.
    poll_.Wait(TimeToWait(), on_ready);
    RunMailbox();
  }
  callbacks_.stopped();
}

void CurlMulti::RunTransfers(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
}

void CurlMulti::RunMailbox() {
  for (const Task& task : mailbox_.TakeAll()) task();
}

void CurlMulti::RunDueTimers() {
  // Timers that are started by these tasks wait for the next round.
  const Clock::time_point now = Clock::now();
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    const TimerId id = schedule_.begin()->second;
    const Task task = std::move(timers_.at(id).task);
    StopTimer(id);
    task();
  }
}

void CurlMulti::ReportFinished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    Remove(easy);  // The message is gone after this.
    callbacks_.finished(easy, code);
  }
}

std::chrono::milliseconds CurlMulti::TimeToWait() const {
  const Clock::time_point now = Clock::now();
  Clock::time_point until = now + kLongestWait;
  if (!schedule_.empty()) until = std::min(until, schedule_.begin()->first);
  if (curl_due_) until = std::min(until, *curl_due_);
  return std::chrono::ceil<std::chrono::milliseconds>(std::max(until - now, Clock::duration{0}));
}

}  // namespace gateway
