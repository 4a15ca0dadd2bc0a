// An HttpLoop with scripted responses and a clock that only the test moves.
//
//   FakeHttpLoop loop;
//   loop.WillRespond(503);
//   loop.WillRespond(200, "{}");
//   ... something posts and sends ...
//   loop.Advance(1s);  // runs what is due until then, in order
//   EXPECT_EQ(loop.sent().size(), 2U);
//
// For one thread: tasks and callbacks run within Advance and Settle only.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/upstream/http_loop.h"

namespace gateway {

class FakeHttpLoop : public HttpLoop {
 public:
  struct Sent {
    HttpRequest request;
    TransferOptions options;
    /// Since the loop was made.
    Clock::duration at;
  };

  // What becomes of the next transfers, one line each. A transfer without a line, or one whose
  // response takes longer than its timeout, ends with kTimeout and kMayHaveArrived.
  void WillRespond(int status, std::string body = {}, Headers headers = {},
                   Clock::duration after = Clock::duration::zero());
  void WillRespond(HttpResponse response);
  void WillFail(TransportErrorKind kind, Delivery delivery,
                Clock::duration after = Clock::duration::zero());
  void WillHang();

  /// Moves the clock, and runs all that is due on the way at its own time.
  void Advance(Clock::duration by);
  /// Runs what is due now.
  void Settle() { Advance(Clock::duration::zero()); }

  [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }
  [[nodiscard]] Clock::duration elapsed() const { return now_ - kStart; }
  /// Transfers, timers and tasks that are still to come.
  [[nodiscard]] std::size_t pending() const { return events_.size(); }

  void RunOnLoop(std::function<void()> task) override;
  TransferId Send(std::shared_ptr<const HttpRequest> request, const TransferOptions& options,
                  std::function<void(HttpResult)> done) override;
  void Abort(TransferId id) override;
  TimerId StartTimer(Clock::duration delay, std::function<void()> task) override;
  void StopTimer(TimerId id) override;
  [[nodiscard]] Clock::time_point Now() const override { return now_; }

 private:
  static constexpr Clock::time_point kStart{std::chrono::hours(1000)};

  struct Line {
    std::variant<HttpResponse, TransportError> value;
    /// Nothing: never.
    std::optional<Clock::duration> after;
  };

  std::uint64_t Schedule(Clock::duration delay, std::function<void()> task);
  void Drop(std::uint64_t id);

  Clock::time_point now_ = kStart;
  std::uint64_t next_id_ = 1;
  std::deque<Line> lines_;
  std::vector<Sent> sent_;
  /// By time, then in the order they were made.
  std::map<std::pair<Clock::time_point, std::uint64_t>, std::function<void()>> events_;
};

}  // namespace gateway
