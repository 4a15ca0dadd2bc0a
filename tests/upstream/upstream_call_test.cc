#include "gateway/upstream/upstream_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fake_http_client.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Optional;

constexpr auto kReset = TransportFault::kReset;
constexpr auto kArrived = Delivery::kMayHaveArrived;
constexpr auto kUnsent = Delivery::kNeverSent;

/// Judges by status; `retry-after` counts seconds. A resource's body is its state.
class PlainReader : public AnswerReader {
 public:
  [[nodiscard]] Verdict Judge(const HttpResponse& answer) const override {
    Verdict verdict;
    verdict.success = answer.status >= 200 && answer.status < 300;
    verdict.unavailable = answer.status == 408 || answer.status >= 502 ||
                          FindHeader(answer.headers, "retryable") != nullptr;
    verdict.rate_limited = answer.status == 429;
    if (const std::string* seconds = FindHeader(answer.headers, "retry-after")) {
      verdict.retry_after = std::chrono::seconds(std::stoi(*seconds));
    }
    return verdict;
  }
  [[nodiscard]] ResourceState StateOf(const HttpResponse& answer) const override {
    if (answer.body == "done") return ResourceState::kDone;
    if (answer.body == "pending") return ResourceState::kPending;
    if (answer.body == "finished") return ResourceState::kFinished;
    return ResourceState::kUnknown;
  }
};

class Counts : public UpstreamObserver {
 public:
  void OnTransfer(std::string_view verb, const HttpResult& result) override {
    transfers.push_back(std::string(verb) + " " +
                        (result.response() ? std::to_string(result.response()->status) : "broke"));
  }
  void OnRetry(RetryReason reason) override { retries.push_back(reason); }
  void OnReconciled(ReconcileOutcome outcome) override { reconciled.push_back(outcome); }

  std::vector<std::string> transfers;
  std::vector<RetryReason> retries;
  std::vector<ReconcileOutcome> reconciled;
};

class UpstreamCall : public ::testing::Test {
 protected:
  UpstreamCall() { Configure({}); }

  void Configure(const RetryOptions& options) {
    upstream_ = std::make_unique<Upstream>(std::vector<HttpClient*>{&client_}, options, &counts_,
                                           [] { return 0.5; });
  }

  /// POST, may be repeated, one minute.
  UpstreamOrder Idempotent() {
    UpstreamOrder order;
    order.request = {"POST", "http://upstream/cancel", {{"a", "1"}}, "body"};
    order.deadline = Deadline::At(client_.Now() + 60s);
    order.repeatability = Repeatability::kIdempotent;
    order.reader = &reader_;
    order.budget = &budget_;
    return order;
  }
  UpstreamOrder Unset() {
    UpstreamOrder order = Idempotent();
    order.repeatability = Repeatability::kOnlyUnsent;
    return order;
  }
  UpstreamOrder Reconciled() {
    UpstreamOrder order = Idempotent();
    order.reconcile = HttpRequest{"GET", "http://upstream/resource", {}, std::nullopt};
    return order;
  }
  UpstreamOrder Delete() {
    UpstreamOrder order = Idempotent();
    order.request.verb = "DELETE";
    return order;
  }

  void Start(UpstreamOrder order) {
    id_ = upstream_->Start(std::move(order), [this](UpstreamOutcome outcome) {
      ++completions_;
      outcome_ = std::move(outcome);
    });
    client_.Settle();
  }

  /// Lets the call come to its end; its outcome.
  const UpstreamOutcome& Ended() {
    client_.Advance(1h);
    EXPECT_EQ(completions_, 1);
    EXPECT_EQ(client_.pending(), 0U);
    return outcome_;
  }
  const UpstreamOutcome& Run(UpstreamOrder order) {
    Start(std::move(order));
    return Ended();
  }

  [[nodiscard]] std::vector<std::string> Verbs() const {
    std::vector<std::string> verbs;
    for (const auto& sent : client_.sent()) verbs.push_back(sent.request.verb);
    return verbs;
  }

  FakeHttpClient client_;
  PlainReader reader_;
  RetryBudget budget_;
  Counts counts_;
  std::unique_ptr<Upstream> upstream_;
  Upstream::CallId id_ = 0;
  UpstreamOutcome outcome_;
  int completions_ = 0;
};

// ---- Attempts

TEST_F(UpstreamCall, EndsWithTheFirstAnswerThatIsASuccess) {
  client_.WillAnswer(200, "{}", {}, 3s);
  const UpstreamOutcome& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_EQ(outcome.result->response()->body, "{}");
  EXPECT_EQ(outcome.attempts, 1);
  EXPECT_EQ(outcome.retry_after, std::nullopt);
  EXPECT_EQ(outcome.upstream_time, 3s);
  EXPECT_EQ(client_.sent().size(), 1U);
}

TEST_F(UpstreamCall, RepeatsTheSameRequestAfterABackoff) {
  client_.WillAnswer(503);
  client_.WillAnswer(502, {}, {}, 1s);
  client_.WillAnswer(200);
  const UpstreamOutcome& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_EQ(outcome.result->response()->status, 200);
  EXPECT_EQ(outcome.attempts, 3);
  EXPECT_EQ(outcome.upstream_time, 1s);
  ASSERT_EQ(client_.sent().size(), 3U);
  EXPECT_EQ(client_.sent()[1].at, 125ms);
  EXPECT_EQ(client_.sent()[2].at, 125ms + 1s + 250ms);
  for (const auto& sent : client_.sent()) {
    EXPECT_EQ(sent.request.verb, "POST");
    EXPECT_EQ(sent.request.url, "http://upstream/cancel");
    EXPECT_THAT(sent.request.headers, ElementsAre(Header{"a", "1"}));
    EXPECT_THAT(sent.request.body, Optional(std::string("body")));
    EXPECT_FALSE(sent.options.fresh_connection);
  }
}

TEST_F(UpstreamCall, EndsWithTheLastAnswerWhenNoAttemptIsLeft) {
  for (const int status : {502, 503, 504}) client_.WillAnswer(status);
  const UpstreamOutcome& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_EQ(outcome.result->response()->status, 504);
  EXPECT_EQ(outcome.attempts, 3);
}

TEST_F(UpstreamCall, RepeatsWithAFreshConnectionAfterABrokenOne) {
  client_.WillFail(kReset, kArrived);
  client_.WillAnswer(200);
  Run(Idempotent());
  ASSERT_EQ(client_.sent().size(), 2U);
  EXPECT_FALSE(client_.sent()[0].options.fresh_connection);
  EXPECT_TRUE(client_.sent()[1].options.fresh_connection);
}

TEST_F(UpstreamCall, ThatIsNotIdempotentIsSentOnceIfItMayHaveArrived) {
  client_.WillFail(kReset, kArrived);
  const UpstreamOutcome& outcome = Run(Unset());
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_EQ(outcome.result->error()->fault, kReset);
  EXPECT_EQ(outcome.attempts, 1);
  EXPECT_EQ(client_.sent().size(), 1U);
}

TEST_F(UpstreamCall, ThatIsNotIdempotentIsRepeatedIfItCertainlyWasNotProcessed) {
  client_.WillFail(TransportFault::kConnect, kUnsent);
  client_.WillAnswer(429);
  client_.WillAnswer(200);
  const UpstreamOutcome& outcome = Run(Unset());
  EXPECT_EQ(outcome.result->response()->status, 200);
  EXPECT_EQ(outcome.attempts, 3);
}

TEST_F(UpstreamCall, WaitsAsLongAsTheAnswerAsks) {
  client_.WillAnswer(429, {}, {{"retry-after", "30"}});
  client_.WillAnswer(200);
  Run(Idempotent());
  ASSERT_EQ(client_.sent().size(), 2U);
  EXPECT_EQ(client_.sent()[1].at, 30s);
}

TEST_F(UpstreamCall, DoesNotBeginAWaitThatOutlivesTheDeadline) {
  client_.WillAnswer(429, {}, {{"retry-after", "60"}});
  const UpstreamOutcome& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_EQ(outcome.result->response()->status, 429);
  EXPECT_THAT(outcome.retry_after, Optional(Clock::duration(60s)));
  EXPECT_EQ(client_.sent().size(), 1U);
}

TEST_F(UpstreamCall, PassesOnTheWaitThatTheLastAnswerAsksFor) {
  Configure({.max_attempts = 1});
  client_.WillAnswer(429, {}, {{"retry-after", "3"}});
  EXPECT_THAT(Run(Idempotent()).retry_after, Optional(Clock::duration(3s)));
}

TEST_F(UpstreamCall, AttemptTimeoutIsRepeatedLikeAReset) {
  client_.WillHang();
  client_.WillAnswer(200);
  const UpstreamOutcome& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.result->response()->status, 200);
  ASSERT_EQ(client_.sent().size(), 2U);
  EXPECT_EQ(client_.sent()[0].options.timeout, 20s);
  EXPECT_EQ(client_.sent()[1].at, 20s + 125ms);
  EXPECT_TRUE(client_.sent()[1].options.fresh_connection);
  EXPECT_THAT(counts_.retries, ElementsAre(RetryReason::kTimeout));
}

TEST_F(UpstreamCall, BudgetIsSharedByCallsAndSpentByRetries) {
  for (int i = 0; i < RetryBudget::kMaxTokens; ++i) ASSERT_TRUE(budget_.TakeRetry());
  client_.WillAnswer(503);
  const UpstreamOutcome& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.result->response()->status, 503);
  EXPECT_EQ(outcome.attempts, 1);
}

TEST_F(UpstreamCall, FirstAttemptsFillTheBudget) {
  while (budget_.TakeRetry()) {
  }
  for (int i = 0; i < 10; ++i) {
    client_.WillAnswer(200);
    Start(Idempotent());
  }
  EXPECT_TRUE(budget_.TakeRetry());
  EXPECT_FALSE(budget_.TakeRetry());
}

// ---- Deadlines

TEST_F(UpstreamCall, ThatStartsTooLateSendsNothing) {
  UpstreamOrder order = Idempotent();
  order.deadline = Deadline::At(client_.Now());
  const UpstreamOutcome& outcome = Run(std::move(order));
  EXPECT_EQ(outcome.ending, Ending::kDeadlineExceeded);
  EXPECT_EQ(outcome.attempts, 0);
  EXPECT_FALSE(outcome.result.has_value());
  EXPECT_TRUE(client_.sent().empty());
}

TEST_F(UpstreamCall, DeadlineEndsAnAttempt) {
  UpstreamOrder order = Idempotent();
  order.deadline = Deadline::At(client_.Now() + 5s);
  client_.WillHang();
  Start(std::move(order));
  EXPECT_EQ(client_.sent()[0].options.timeout, 5s);
  client_.Advance(5s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(outcome_.ending, Ending::kDeadlineExceeded);
  EXPECT_EQ(outcome_.attempts, 1);
}

TEST_F(UpstreamCall, DeadlineEndsALaterAttempt) {
  UpstreamOrder order = Idempotent();
  order.deadline = Deadline::At(client_.Now() + 25s);
  client_.WillHang();
  client_.WillHang();
  Start(std::move(order));
  client_.Advance(25s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(outcome_.ending, Ending::kDeadlineExceeded);
  EXPECT_EQ(outcome_.attempts, 2);
}

TEST_F(UpstreamCall, DeadlineForbidsABackoffThatWouldOutliveIt) {
  UpstreamOrder order = Idempotent();
  order.deadline = Deadline::At(client_.Now() + 100ms);
  client_.WillFail(TransportFault::kConnect, kUnsent);
  const UpstreamOutcome& outcome = Run(std::move(order));
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_THAT(outcome.retry_after, Optional(Clock::duration(125ms)));
}

TEST_F(UpstreamCall, DeadlineEndsTheReconcilingGet) {
  UpstreamOrder order = Reconciled();
  order.deadline = Deadline::At(client_.Now() + 5s);
  client_.WillAnswer(400, {}, {}, 2s);
  client_.WillHang();
  Start(std::move(order));
  client_.Advance(5s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(outcome_.ending, Ending::kDeadlineExceeded);
  EXPECT_EQ(client_.sent()[1].options.timeout, 3s);
  EXPECT_EQ(outcome_.upstream_time, 5s);
}

TEST_F(UpstreamCall, WithoutADeadlineEndsByAttempts) {
  UpstreamOrder order = Idempotent();
  order.deadline = Deadline::Infinite();
  const UpstreamOutcome& outcome = Run(std::move(order));  // Every attempt hangs.
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_EQ(outcome.result->error()->fault, TransportFault::kTimeout);
  EXPECT_EQ(outcome.attempts, 3);
}

// ---- Cancel

TEST_F(UpstreamCall, CancelEndsAnAttempt) {
  client_.WillHang();
  Start(Idempotent());
  upstream_->Cancel(id_);
  client_.Settle();
  EXPECT_EQ(outcome_.ending, Ending::kCancelled);
  Ended();
}

TEST_F(UpstreamCall, CancelEndsABackoff) {
  client_.WillAnswer(503);
  Start(Idempotent());
  client_.Advance(1ms);
  upstream_->Cancel(id_);
  client_.Settle();
  EXPECT_EQ(outcome_.ending, Ending::kCancelled);
  EXPECT_EQ(outcome_.result->response()->status, 503);
  Ended();
  EXPECT_EQ(client_.sent().size(), 1U);
}

TEST_F(UpstreamCall, CancelEndsTheReconcilingGet) {
  client_.WillAnswer(400);
  client_.WillHang();
  Start(Reconciled());
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET"));
  upstream_->Cancel(id_);
  client_.Settle();
  EXPECT_EQ(outcome_.ending, Ending::kCancelled);
  Ended();
}

TEST_F(UpstreamCall, CancelOfAnEndedOrUnknownCallIsANoOp) {
  client_.WillAnswer(200);
  Start(Idempotent());
  upstream_->Cancel(id_);
  upstream_->Cancel(id_);
  upstream_->Cancel(999);
  EXPECT_EQ(Ended().ending, Ending::kAnswered);
}

TEST_F(UpstreamCall, CancelBeforeTheLoopHasSeenTheCallEndsItToo) {
  client_.WillHang();
  id_ = upstream_->Start(Idempotent(), [this](UpstreamOutcome outcome) {
    ++completions_;
    outcome_ = std::move(outcome);
  });
  upstream_->Cancel(id_);
  client_.Settle();
  EXPECT_EQ(outcome_.ending, Ending::kCancelled);
  Ended();
}

TEST_F(UpstreamCall, RunsOnTheLoopsInTurn) {
  FakeHttpClient other;
  upstream_ =
      std::make_unique<Upstream>(std::vector<HttpClient*>{&client_, &other}, RetryOptions{});
  std::vector<Upstream::CallId> ids;
  int ended = 0;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(upstream_->Start(Idempotent(), [&](const UpstreamOutcome&) { ++ended; }));
  }
  client_.Settle();
  other.Settle();
  EXPECT_EQ(client_.sent().size(), 2U);
  EXPECT_EQ(other.sent().size(), 2U);
  for (const auto id : ids) upstream_->Cancel(id);
  client_.Settle();
  other.Settle();
  EXPECT_EQ(ended, 4);
}

// ---- DELETE

TEST_F(UpstreamCall, DeleteThatFindsNothingAfterAnAttemptThatMayHaveArrivedIsASuccess) {
  client_.WillFail(kReset, kArrived);
  client_.WillAnswer(404);
  const UpstreamOutcome& outcome = Run(Delete());
  EXPECT_EQ(outcome.ending, Ending::kDeletedBefore);
  EXPECT_EQ(outcome.result->response()->status, 404);
  EXPECT_EQ(outcome.attempts, 2);
}

TEST_F(UpstreamCall, DeleteThatFindsNothingAfterAnUnclearAnswerIsASuccess) {
  client_.WillAnswer(503);
  client_.WillAnswer(404);
  EXPECT_EQ(Run(Delete()).ending, Ending::kDeletedBefore);
}

TEST_F(UpstreamCall, DeleteThatFindsNothingAtOnceIsAnAnswer) {
  client_.WillAnswer(404);
  EXPECT_EQ(Run(Delete()).ending, Ending::kAnswered);
}

TEST_F(UpstreamCall, DeleteThatFindsNothingAfterAttemptsThatNeverArrivedIsAnAnswer) {
  client_.WillFail(TransportFault::kConnect, kUnsent);
  client_.WillAnswer(429);
  client_.WillAnswer(404);
  EXPECT_EQ(Run(Delete()).ending, Ending::kAnswered);
}

TEST_F(UpstreamCall, OtherVerbsThatFindNothingAreAnAnswer) {
  client_.WillFail(kReset, kArrived);
  client_.WillAnswer(404);
  EXPECT_EQ(Run(Idempotent()).ending, Ending::kAnswered);
}

// ---- Reconciling

TEST_F(UpstreamCall, RefusedWithoutAnEarlierAttemptWasDoneBefore) {
  for (const int status : {400, 409, 422}) {
    completions_ = 0;
    client_.WillAnswer(status);
    client_.WillAnswer(200, "done");
    const UpstreamOutcome& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.ending, Ending::kAlreadyDone) << status;
    EXPECT_EQ(outcome.result->response()->status, status);
    EXPECT_EQ(outcome.resource->body, "done");
    EXPECT_EQ(outcome.attempts, 1);
  }
}

TEST_F(UpstreamCall, RefusedAfterAnAttemptThatMayHaveArrivedIsConfirmed) {
  struct Case {
    const char* what;
    std::function<void(FakeHttpClient&)> first;
    Ending ending;
  };
  const Case cases[] = {
      {"reset", [](auto& c) { c.WillFail(kReset, kArrived); }, Ending::kConfirmed},
      {"timeout", [](auto& c) { c.WillHang(); }, Ending::kConfirmed},
      {"503", [](auto& c) { c.WillAnswer(503); }, Ending::kConfirmed},
      {"500 that may be retried", [](auto& c) { c.WillAnswer(500, {}, {{"retryable", "true"}}); },
       Ending::kConfirmed},
      {"408", [](auto& c) { c.WillAnswer(408); }, Ending::kConfirmed},
      {"429", [](auto& c) { c.WillAnswer(429); }, Ending::kAlreadyDone},
      {"no connection", [](auto& c) { c.WillFail(TransportFault::kConnect, kUnsent); },
       Ending::kAlreadyDone},
  };
  for (const Case& wanted : cases) {
    completions_ = 0;
    wanted.first(client_);
    client_.WillAnswer(400);
    client_.WillAnswer(200, "done");
    const UpstreamOutcome& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.ending, wanted.ending) << wanted.what;
    EXPECT_EQ(outcome.attempts, 2) << wanted.what;
    EXPECT_EQ(outcome.resource->body, "done") << wanted.what;
  }
}

TEST_F(UpstreamCall, RefusedButFinishedOtherwiseSaysSo) {
  client_.WillAnswer(400);
  client_.WillAnswer(200, "finished");
  const UpstreamOutcome& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.ending, Ending::kFinished);
  EXPECT_EQ(outcome.resource->body, "finished");
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileOutcome::kFinished));
}

TEST_F(UpstreamCall, RefusedIsReconciledWhateverTheBodySaysOnRetrying) {
  client_.WillAnswer(409, {}, {{"retryable", "true"}});
  client_.WillAnswer(200, "done");
  Run(Reconciled());
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET"));
}

TEST_F(UpstreamCall, UnknownOutcomeIsReadOnceNoAttemptIsLeft) {
  struct Case {
    const char* state;
    Ending ending;
  };
  for (const Case& wanted : {Case{"done", Ending::kConfirmed},
                             {"finished", Ending::kFinished},
                             {"pending", Ending::kAnswered},
                             {"strange", Ending::kAnswered}}) {
    completions_ = 0;
    for (int i = 0; i < 3; ++i) client_.WillFail(kReset, kArrived);
    client_.WillAnswer(200, wanted.state);
    const UpstreamOutcome& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.ending, wanted.ending) << wanted.state;
    EXPECT_EQ(outcome.result->error()->fault, kReset) << wanted.state;
    EXPECT_EQ(outcome.attempts, 3) << wanted.state;
    EXPECT_TRUE(client_.sent().back().options.fresh_connection);
  }
  EXPECT_EQ(client_.sent().size(), 4U * 4U);
}

TEST_F(UpstreamCall, UnknownOutcomeIsReadWithASingleAttemptToo) {
  Configure({.max_attempts = 1});
  struct Case {
    const char* what;
    std::function<void(FakeHttpClient&)> first;
  };
  const Case cases[] = {
      {"reset", [](auto& c) { c.WillFail(kReset, kArrived); }},
      {"timeout", [](auto& c) { c.WillHang(); }},
      {"408", [](auto& c) { c.WillAnswer(408); }},
      {"502", [](auto& c) { c.WillAnswer(502); }},
      {"503", [](auto& c) { c.WillAnswer(503); }},
      {"504", [](auto& c) { c.WillAnswer(504); }},
  };
  for (const Case& wanted : cases) {
    completions_ = 0;
    wanted.first(client_);
    client_.WillAnswer(200, "done");
    const UpstreamOutcome& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.ending, Ending::kConfirmed) << wanted.what;
    EXPECT_EQ(outcome.attempts, 1) << wanted.what;
  }
}

TEST_F(UpstreamCall, UnknownOutcomeOfAnEarlierAttemptIsReadEvenIfTheLastWasNotSent) {
  client_.WillFail(kReset, kArrived);
  client_.WillFail(TransportFault::kConnect, kUnsent);
  client_.WillFail(TransportFault::kConnect, kUnsent);
  client_.WillAnswer(200, "done");
  EXPECT_EQ(Run(Reconciled()).ending, Ending::kConfirmed);
}

TEST_F(UpstreamCall, KnownOutcomesAreNotRead) {
  Configure({.max_attempts = 1});
  for (const int status : {200, 401, 403, 404, 429, 500}) {
    completions_ = 0;
    client_.WillAnswer(status);
    EXPECT_EQ(Run(Reconciled()).ending, Ending::kAnswered) << status;
  }
  completions_ = 0;
  client_.WillFail(TransportFault::kConnect, kUnsent);
  Run(Reconciled());
  EXPECT_EQ(client_.sent().size(), 7U);
}

TEST_F(UpstreamCall, PendingIsSentAgainAfterABackoff) {
  client_.WillAnswer(400);
  client_.WillAnswer(200, "pending");
  client_.WillAnswer(200, "ok");
  const UpstreamOutcome& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_EQ(outcome.result->response()->body, "ok");
  EXPECT_EQ(outcome.attempts, 2);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST"));
  EXPECT_EQ(client_.sent()[2].at, 125ms);
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileOutcome::kRepeated));
}

TEST_F(UpstreamCall, PendingUntilNoAttemptIsLeftEndsWithTheLastAnswer) {
  for (const int status : {400, 409, 422}) {
    client_.WillAnswer(status);
    client_.WillAnswer(200, "pending");
  }
  const UpstreamOutcome& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_EQ(outcome.result->response()->status, 422);
  EXPECT_EQ(outcome.attempts, 3);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST", "GET", "POST", "GET"));
}

TEST_F(UpstreamCall, PendingThenRefusedAgainIsReadAgain) {
  client_.WillAnswer(400);
  client_.WillAnswer(200, "pending");
  client_.WillAnswer(400);
  client_.WillAnswer(200, "done");
  const UpstreamOutcome& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.ending, Ending::kAlreadyDone);
  EXPECT_EQ(outcome.attempts, 2);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST", "GET"));
}

TEST_F(UpstreamCall, PendingIsNotSentAgainWithoutBudgetOrTime) {
  while (budget_.TakeRetry()) {
  }
  client_.WillAnswer(400);
  client_.WillAnswer(200, "pending");
  EXPECT_EQ(Run(Reconciled()).attempts, 1);
  EXPECT_EQ(outcome_.ending, Ending::kAnswered);

  for (int i = 0; i < 20; ++i) budget_.AddFirstAttempt();
  completions_ = 0;
  client_.WillAnswer(409, {}, {{"retry-after", "100"}});
  client_.WillAnswer(200, "pending");
  const UpstreamOutcome& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.attempts, 1);
  EXPECT_EQ(outcome.ending, Ending::kAnswered);
  EXPECT_THAT(outcome.retry_after, Optional(Clock::duration(100s)));
}

TEST_F(UpstreamCall, FailedGetIsNotRepeatedAndChangesNothing) {
  struct Case {
    const char* what;
    std::function<void(FakeHttpClient&)> get;
  };
  const Case cases[] = {
      {"reset", [](auto& c) { c.WillFail(kReset, kArrived); }},
      {"timeout", [](auto& c) { c.WillHang(); }},
      {"503", [](auto& c) { c.WillAnswer(503, "done"); }},
      {"404", [](auto& c) { c.WillAnswer(404, "done"); }},
      {"429", [](auto& c) { c.WillAnswer(429); }},
      {"unknown state", [](auto& c) { c.WillAnswer(200, "strange"); }},
  };
  for (const Case& wanted : cases) {
    completions_ = 0;
    client_.WillAnswer(409, "original", {{"retryable", "true"}});
    wanted.get(client_);
    const UpstreamOutcome& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.ending, Ending::kAnswered) << wanted.what;
    EXPECT_EQ(outcome.result->response()->body, "original") << wanted.what;
    EXPECT_FALSE(outcome.resource.has_value()) << wanted.what;
  }
  EXPECT_EQ(client_.sent().size(), 2 * std::size(cases));
}

// ---- Counting

TEST_F(UpstreamCall, TellsItsObserverOfTransfersRetriesAndReconciliations) {
  client_.WillAnswer(429);
  client_.WillFail(kReset, kArrived);
  client_.WillAnswer(422);
  client_.WillAnswer(200, "done");
  Run(Reconciled());
  EXPECT_THAT(counts_.transfers, ElementsAre("POST 429", "POST broke", "POST 422", "GET 200"));
  EXPECT_THAT(counts_.retries, ElementsAre(RetryReason::kRateLimited, RetryReason::kTransport));
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileOutcome::kConfirmed));
}

}  // namespace
}  // namespace gateway
