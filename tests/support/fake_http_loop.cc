#include "tests/support/fake_http_loop.h"

#include <algorithm>

namespace gateway {

void FakeHttpLoop::WillRespond(int status, std::string body, Headers headers,
                               Clock::duration after) {
  lines_.push_back({HttpResponse{status, std::move(headers), std::move(body)}, after});
}

void FakeHttpLoop::WillRespond(HttpResponse response) {
  lines_.push_back({std::move(response), Clock::duration::zero()});
}

void FakeHttpLoop::WillFail(TransportErrorKind kind, Delivery delivery, Clock::duration after) {
  lines_.push_back({TransportError{kind, delivery, "scripted"}, after});
}

void FakeHttpLoop::WillHang() { lines_.push_back({HttpResponse{}, std::nullopt}); }

void FakeHttpLoop::Advance(Clock::duration by) {
  const Clock::time_point end = now_ + by;
  while (!events_.empty() && events_.begin()->first.first <= end) {
    const auto event = events_.extract(events_.begin());
    now_ = std::max(now_, event.key().first);
    event.mapped()();
  }
  now_ = end;
}

void FakeHttpLoop::RunOnLoop(std::function<void()> task) {
  Schedule(Clock::duration::zero(), std::move(task));
}

HttpLoop::TransferId FakeHttpLoop::Send(std::shared_ptr<const HttpRequest> request,
                                        const TransferOptions& options,
                                        std::function<void(HttpResult)> done) {
  sent_.push_back({*request, options, elapsed()});
  Line line{HttpResponse{}, std::nullopt};
  if (!lines_.empty()) {
    line = std::move(lines_.front());
    lines_.pop_front();
  }
  if (!line.after || *line.after >= options.timeout) {
    const bool unsent = options.timeout <= Clock::duration::zero();
    line.value =
        TransportError{TransportErrorKind::kTimeout,
                       unsent ? Delivery::kNeverSent : Delivery::kMayHaveArrived, "scripted"};
    line.after = std::max(options.timeout, Clock::duration::zero());
  }
  return Schedule(*line.after, [line, done = std::move(done)] { done({line.value, *line.after}); });
}

void FakeHttpLoop::Abort(TransferId id) { Drop(id); }

HttpLoop::TimerId FakeHttpLoop::StartTimer(Clock::duration delay, std::function<void()> task) {
  return Schedule(delay, std::move(task));
}

void FakeHttpLoop::StopTimer(TimerId id) { Drop(id); }

std::uint64_t FakeHttpLoop::Schedule(Clock::duration delay, std::function<void()> task) {
  const std::uint64_t id = next_id_++;
  events_.emplace(std::pair(now_ + delay, id), std::move(task));
  return id;
}

void FakeHttpLoop::Drop(std::uint64_t id) {
  std::erase_if(events_, [id](const auto& event) { return event.first.second == id; });
}

}  // namespace gateway
