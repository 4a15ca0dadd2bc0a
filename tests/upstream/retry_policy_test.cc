#include "gateway/upstream/retry_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gateway {
namespace {

using namespace std::chrono_literals;
using Kind = RetryDecision::Kind;
using ::testing::Optional;

constexpr auto kArrived = Delivery::kMayHaveArrived;
constexpr auto kUnsent = Delivery::kNeverSent;

RetryOptions Options() {
  return {.max_attempts = 3, .attempt_timeout = 20s, .initial_backoff = 250ms, .max_backoff = 10s};
}

HttpResult Answer(int status) { return {HttpResponse{status, {}, {}}, 0ns}; }
HttpResult Failure(TransportErrorKind fault, Delivery delivery) {
  return {TransportError{fault, delivery, {}}, 0ns};
}

ResponseClass Success() { return {.success = true, .retry_after = {}}; }
ResponseClass Unavailable() { return {.unavailable = true, .retry_after = {}}; }
ResponseClass RateLimited() { return {.rate_limited = true, .retry_after = {}}; }
ResponseClass Permanent() { return {}; }

class RetryPolicyTest : public ::testing::Test {
 protected:
  RetryDecision Decide(const HttpResult& result, const ResponseClass& verdict = {}) {
    report_.result = &result;
    report_.verdict = verdict;
    return policy_.Decide(report_, budget_);
  }

  double random_ = 0.5;
  RetryPolicy policy_{Options(), [this] { return random_; }};
  RetryBudget budget_;
  AttemptReport report_{.verdict = {}, .remaining = {}};
};

TEST_F(RetryPolicyTest, RepeatsWhatTheTableSays) {
  struct Case {
    const char* what;
    HttpResult result;
    ResponseClass verdict;
    bool idempotent;
    bool unset;
  };
  const Case cases[] = {
      {"success", Answer(200), Success(), false, false},
      {"permanent error", Answer(400), Permanent(), false, false},
      {"unavailable", Answer(503), Unavailable(), true, false},
      {"rate limited", Answer(429), RateLimited(), true, true},
      {"no address", Failure(TransportErrorKind::kResolve, kUnsent), {}, true, true},
      {"no connection", Failure(TransportErrorKind::kConnect, kUnsent), {}, true, true},
      {"no TLS", Failure(TransportErrorKind::kTls, kUnsent), {}, true, true},
      {"refused stream", Failure(TransportErrorKind::kRefusedStream, kUnsent), {}, true, true},
      {"timed out in the queue", Failure(TransportErrorKind::kTimeout, kUnsent), {}, true, true},
      {"timed out", Failure(TransportErrorKind::kTimeout, kArrived), {}, true, false},
      {"reset", Failure(TransportErrorKind::kReset, kArrived), {}, true, false},
      {"truncated", Failure(TransportErrorKind::kTruncated, kArrived), {}, true, false},
      {"not HTTP", Failure(TransportErrorKind::kMalformed, kArrived), {}, true, false},
      {"illegal request", Failure(TransportErrorKind::kMalformed, kUnsent), {}, false, false},
      {"too large", Failure(TransportErrorKind::kResponseTooLarge, kArrived), {}, false, false},
      {"headers too large",
       Failure(TransportErrorKind::kHeadersTooLarge, kArrived),
       {},
       false,
       false},
  };
  for (const Case& wanted : cases) {
    for (int i = 0; i < 20; ++i) budget_.AddFirstAttempt();  // Two tokens.
    report_.retry_safety = RetrySafety::kIdempotent;
    EXPECT_EQ(Decide(wanted.result, wanted.verdict).kind == Kind::kRetry, wanted.idempotent)
        << wanted.what << ", idempotent";
    report_.retry_safety = RetrySafety::kOnlyUnsent;
    EXPECT_EQ(Decide(wanted.result, wanted.verdict).kind == Kind::kRetry, wanted.unset)
        << wanted.what << ", not idempotent";
  }
}

TEST_F(RetryPolicyTest, StopsAtTheLastAttempt) {
  const HttpResult limited = Answer(429);
  report_.attempts = 2;
  EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kRetry);
  report_.attempts = 3;
  EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kStop);
}

TEST_F(RetryPolicyTest, StopsWhenTheBudgetIsSpent) {
  const HttpResult limited = Answer(429);
  for (int i = 0; i < RetryBudget::kMaxTokens; ++i) {
    EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kRetry);
  }
  EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kStop);
}

TEST_F(RetryPolicyTest, SpendsNoBudgetOnARetryThatTheDeadlineForbids) {
  const HttpResult limited = Answer(429);
  report_.remaining = 1ms;
  for (int i = 0; i < 2 * RetryBudget::kMaxTokens; ++i) Decide(limited, RateLimited());
  report_.remaining.reset();
  EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kRetry);
}

TEST_F(RetryPolicyTest, BacksOffExponentiallyWithFullJitterUpToTheMaximum) {
  const RetryPolicy policy(
      {.max_attempts = 100, .attempt_timeout = 20s, .initial_backoff = 250ms, .max_backoff = 10s},
      [this] { return random_; });
  const HttpResult limited = Answer(429);
  struct Case {
    int attempts;
    double random;
    Clock::duration delay;
  };
  for (const Case& wanted : {Case{1, 0.0, 0ms},
                             {1, 0.5, 125ms},
                             {2, 0.5, 250ms},
                             {3, 0.5, 500ms},
                             {4, 0.25, 500ms},
                             {6, 0.5, 4s},
                             {7, 0.5, 5s},
                             {99, 0.5, 5s}}) {
    RetryBudget budget;
    random_ = wanted.random;
    report_.attempts = wanted.attempts;
    report_.result = &limited;
    report_.verdict = RateLimited();
    EXPECT_EQ(policy.Decide(report_, budget).delay, wanted.delay) << wanted.attempts;
  }
}

TEST_F(RetryPolicyTest, WaitsAsLongAsTheAnswerAsks) {
  const HttpResult limited = Answer(429);
  ResponseClass verdict = RateLimited();
  for (const Clock::duration asked : {Clock::duration(0ms), Clock::duration(42s)}) {
    verdict.retry_after = asked;
    const RetryDecision decision = Decide(limited, verdict);
    EXPECT_EQ(decision.kind, Kind::kRetry);
    EXPECT_EQ(decision.delay, asked);
    EXPECT_EQ(decision.retry_after, std::nullopt);
  }
}

TEST_F(RetryPolicyTest, BeginsNoWaitThatOutlivesTheDeadlineAndSaysHowLongItIs) {
  const HttpResult limited = Answer(429);
  ResponseClass verdict = RateLimited();
  verdict.retry_after = 5s;
  report_.remaining = 5s;
  RetryDecision decision = Decide(limited, verdict);
  EXPECT_EQ(decision.kind, Kind::kStop);
  EXPECT_THAT(decision.retry_after, Optional(Clock::duration(5s)));

  report_.remaining = 5s + 1ms;
  EXPECT_EQ(Decide(limited, verdict).kind, Kind::kRetry);

  report_.remaining = 100ms;
  decision = Decide(limited, RateLimited());
  EXPECT_EQ(decision.kind, Kind::kStop);
  EXPECT_THAT(decision.retry_after, Optional(Clock::duration(125ms)));
}

TEST_F(RetryPolicyTest, PassesOnWhatAnAnswerAsksWhenItStops) {
  const HttpResult answer = Answer(503);
  ResponseClass verdict = Unavailable();
  verdict.retry_after = 7s;
  const RetryDecision decision = Decide(answer, verdict);
  EXPECT_EQ(decision.kind, Kind::kStop);
  EXPECT_THAT(decision.retry_after, Optional(Clock::duration(7s)));
}

TEST_F(RetryPolicyTest, TakesAFreshConnectionAfterABrokenOneOnly) {
  report_.retry_safety = RetrySafety::kIdempotent;
  EXPECT_TRUE(Decide(Failure(TransportErrorKind::kReset, kArrived)).fresh_connection);
  EXPECT_FALSE(Decide(Answer(503), Unavailable()).fresh_connection);
}

TEST_F(RetryPolicyTest, NamesTheReason) {
  report_.retry_safety = RetrySafety::kIdempotent;
  EXPECT_EQ(Decide(Answer(503), Unavailable()).reason, RetryReason::kStatus);
  EXPECT_EQ(Decide(Answer(429), RateLimited()).reason, RetryReason::kRateLimited);
  EXPECT_EQ(Decide(Failure(TransportErrorKind::kReset, kArrived)).reason, RetryReason::kTransport);
  EXPECT_EQ(Decide(Failure(TransportErrorKind::kTimeout, kArrived)).reason, RetryReason::kTimeout);
}

TEST_F(RetryPolicyTest, ReconcilesARefusalBeforeAnythingElse) {
  report_.retry_safety = RetrySafety::kIdempotent;
  for (const int status : {400, 409, 422}) {
    const HttpResult refused = Answer(status);
    for (const ResponseClass& verdict : {Permanent(), Unavailable()}) {
      report_.reconciles = true;
      EXPECT_EQ(Decide(refused, verdict).kind, Kind::kReconcile) << status;
      report_.reconciles = false;
      EXPECT_NE(Decide(refused, verdict).kind, Kind::kReconcile) << status;
    }
  }
  report_.reconciles = true;
  for (const int status : {401, 403, 404, 410, 500}) {
    EXPECT_EQ(Decide(Answer(status), Permanent()).kind, Kind::kStop) << status;
  }
}

TEST_F(RetryPolicyTest, ReconcilesAnUnknownOutcomeOnlyWhenNoAttemptIsLeft) {
  report_.retry_safety = RetrySafety::kIdempotent;
  report_.reconciles = true;
  report_.outcome_unknown = true;
  const HttpResult reset = Failure(TransportErrorKind::kReset, kArrived);
  EXPECT_EQ(Decide(reset).kind, Kind::kRetry);
  report_.attempts = 3;
  EXPECT_EQ(Decide(reset).kind, Kind::kReconcile);
  report_.outcome_unknown = false;
  EXPECT_EQ(Decide(Failure(TransportErrorKind::kConnect, kUnsent)).kind, Kind::kStop);
}

TEST_F(RetryPolicyTest, WhilePendingRepeatsWhateverTheAnswerSaidIfThatDoesNoHarm) {
  struct Case {
    RetrySafety retry_safety;
    bool may_have_arrived;
    Kind kind;
  };
  const HttpResult refused = Answer(400);
  report_.result = &refused;
  for (const Case& wanted : {Case{RetrySafety::kIdempotent, false, Kind::kRetry},
                             {RetrySafety::kIdempotent, true, Kind::kRetry},
                             {RetrySafety::kOnlyUnsent, false, Kind::kRetry},
                             {RetrySafety::kOnlyUnsent, true, Kind::kStop}}) {
    report_.retry_safety = wanted.retry_safety;
    report_.may_have_arrived = wanted.may_have_arrived;
    EXPECT_EQ(policy_.DecideWhilePending(report_, budget_).kind, wanted.kind);
  }
  report_.retry_safety = RetrySafety::kIdempotent;
  report_.attempts = 3;
  EXPECT_EQ(policy_.DecideWhilePending(report_, budget_).kind, Kind::kStop);
}

TEST(MayHaveArrived, IsWhatAnAnswerDoesNotRuleOut) {
  for (const int status : {400, 401, 403, 404, 409, 410, 422, 425, 429, 499}) {
    EXPECT_FALSE(MayHaveArrived(Answer(status))) << status;
  }
  for (const int status : {100, 200, 303, 408, 500, 501, 502, 503, 504, 599, 600}) {
    EXPECT_TRUE(MayHaveArrived(Answer(status))) << status;
  }
  EXPECT_TRUE(MayHaveArrived(Failure(TransportErrorKind::kReset, kArrived)));
  EXPECT_FALSE(MayHaveArrived(Failure(TransportErrorKind::kConnect, kUnsent)));
}

TEST(LeavesOutcomeUnknown, IsWhatNoAnswerOfTheUpstreamItselfSettles) {
  for (const int status : {408, 502, 503, 504}) {
    EXPECT_TRUE(LeavesOutcomeUnknown(Answer(status))) << status;
  }
  for (const int status : {200, 302, 400, 401, 404, 409, 429, 500, 501}) {
    EXPECT_FALSE(LeavesOutcomeUnknown(Answer(status))) << status;
  }
  EXPECT_TRUE(LeavesOutcomeUnknown(Failure(TransportErrorKind::kTimeout, kArrived)));
  EXPECT_FALSE(LeavesOutcomeUnknown(Failure(TransportErrorKind::kTimeout, kUnsent)));
}

TEST(RetryBudget, HoldsTenTokensAtTheStart) {
  RetryBudget budget;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.TakeRetry());
  EXPECT_FALSE(budget.TakeRetry());
}

TEST(RetryBudget, GainsATokenForTenFirstAttemptsAndNeverHoldsMoreThanTen) {
  RetryBudget budget;
  for (int i = 0; i < 1000; ++i) budget.AddFirstAttempt();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.TakeRetry());
  EXPECT_FALSE(budget.TakeRetry());
  for (int i = 0; i < 9; ++i) budget.AddFirstAttempt();
  EXPECT_FALSE(budget.TakeRetry());
  budget.AddFirstAttempt();
  EXPECT_TRUE(budget.TakeRetry());
  EXPECT_FALSE(budget.TakeRetry());
}

TEST(RetryBudget, IsCountedRightByManyThreads) {
  RetryBudget budget;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) taken += budget.TakeRetry() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 10);
}

}  // namespace
}  // namespace gateway
