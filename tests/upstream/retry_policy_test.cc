#include "gateway/upstream/retry_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

HttpResult Response(int status) { return {HttpResponse{status, {}, {}}, 0ns}; }
HttpResult Failure(TransportErrorKind kind, Delivery delivery) {
  return {TransportError{kind, delivery, {}}, 0ns};
}

ResponseClass Success() { return {.success = true, .retry_after = {}}; }
ResponseClass Unavailable() { return {.unavailable = true, .retry_after = {}}; }
ResponseClass RateLimited() { return {.rate_limited = true, .retry_after = {}}; }
ResponseClass Permanent() { return {}; }

class RetryPolicyTest : public ::testing::Test {
 protected:
  RetryDecision Decide(const HttpResult& result, const ResponseClass& response_class = {}) {
    progress_.result = &result;
    response_class_ = response_class;
    progress_.response_class = &response_class_;
    return policy_.AfterAttempt(progress_, budget_);
  }

  RetryDecision AfterRead(const HttpResult& read, ResourceState state,
                          const ResponseClass& read_class = {}) {
    return policy_.AfterRead(progress_, read, read_class, state, budget_);
  }

  double random_ = 0.5;
  RetryPolicy policy_{Options(), [this] { return random_; }};
  RetryBudget budget_;
  ResponseClass response_class_;
  CallProgress progress_{.response_class = &response_class_, .remaining = {}};
};

TEST_F(RetryPolicyTest, RetriesWhatTheTableSays) {
  struct Case {
    const char* what;
    HttpResult result;
    ResponseClass response_class;
    bool idempotent;
    bool unset;
  };
  const Case cases[] = {
      {"success", Response(200), Success(), false, false},
      {"permanent error", Response(400), Permanent(), false, false},
      {"unavailable", Response(503), Unavailable(), true, false},
      {"rate limited", Response(429), RateLimited(), true, true},
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
    progress_.retry_safety = RetrySafety::kIdempotent;
    EXPECT_EQ(Decide(wanted.result, wanted.response_class).kind == Kind::kRetry, wanted.idempotent)
        << wanted.what << ", idempotent";
    progress_.retry_safety = RetrySafety::kOnlyUnsent;
    EXPECT_EQ(Decide(wanted.result, wanted.response_class).kind == Kind::kRetry, wanted.unset)
        << wanted.what << ", not idempotent";
  }
}

TEST_F(RetryPolicyTest, StopsAtTheLastAttempt) {
  const HttpResult limited = Response(429);
  progress_.attempts = 2;
  EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kRetry);
  progress_.attempts = 3;
  EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kConclude);
}

TEST_F(RetryPolicyTest, StopsWhenTheBudgetIsSpent) {
  const HttpResult limited = Response(429);
  for (int i = 0; i < RetryBudget::kMaxTokens; ++i) {
    EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kRetry);
  }
  EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kConclude);
}

TEST_F(RetryPolicyTest, SpendsNoBudgetOnARetryThatTheDeadlineForbids) {
  const HttpResult limited = Response(429);
  progress_.remaining = 1ms;
  for (int i = 0; i < 2 * RetryBudget::kMaxTokens; ++i) Decide(limited, RateLimited());
  progress_.remaining.reset();
  EXPECT_EQ(Decide(limited, RateLimited()).kind, Kind::kRetry);
}

TEST_F(RetryPolicyTest, BacksOffExponentiallyWithFullJitterUpToTheMaximum) {
  const RetryPolicy policy(
      {.max_attempts = 100, .attempt_timeout = 20s, .initial_backoff = 250ms, .max_backoff = 10s},
      [this] { return random_; });
  const HttpResult limited = Response(429);
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
    progress_.attempts = wanted.attempts;
    progress_.result = &limited;
    response_class_ = RateLimited();
    progress_.response_class = &response_class_;
    EXPECT_EQ(policy.AfterAttempt(progress_, budget).delay, wanted.delay) << wanted.attempts;
  }
}

TEST_F(RetryPolicyTest, WaitsAsLongAsTheResponseAsks) {
  const HttpResult limited = Response(429);
  ResponseClass response_class = RateLimited();
  for (const Clock::duration asked : {Clock::duration(126ms), Clock::duration(42s)}) {
    response_class.retry_after = asked;
    const RetryDecision decision = Decide(limited, response_class);
    EXPECT_EQ(decision.kind, Kind::kRetry);
    EXPECT_EQ(decision.delay, asked);
    EXPECT_EQ(decision.retry_after, std::nullopt);
  }
}

TEST_F(RetryPolicyTest, Row12_NeverWaitsShorterThanTheBackoff) {
  ResponseClass response_class = RateLimited();
  for (const Clock::duration asked : {Clock::duration(0ms), Clock::duration(124ms)}) {
    response_class.retry_after = asked;
    EXPECT_EQ(Decide(Response(429), response_class).delay, 125ms);
  }
  progress_.attempts = 3;
  EXPECT_THAT(Decide(Response(429), response_class).retry_after, Optional(Clock::duration(500ms)));
}

TEST_F(RetryPolicyTest, BeginsNoWaitThatOutlivesTheDeadlineAndSaysHowLongItIs) {
  const HttpResult limited = Response(429);
  ResponseClass response_class = RateLimited();
  response_class.retry_after = 5s;
  progress_.remaining = 5s;
  RetryDecision decision = Decide(limited, response_class);
  EXPECT_EQ(decision.kind, Kind::kConclude);
  EXPECT_THAT(decision.retry_after, Optional(Clock::duration(5s)));

  progress_.remaining = 5s + 1ms;
  EXPECT_EQ(Decide(limited, response_class).kind, Kind::kRetry);

  progress_.remaining = 100ms;
  decision = Decide(limited, RateLimited());
  EXPECT_EQ(decision.kind, Kind::kConclude);
  EXPECT_THAT(decision.retry_after, Optional(Clock::duration(125ms)));
}

TEST_F(RetryPolicyTest, PassesOnWhatAResponseAsksWhenItStops) {
  const HttpResult response = Response(503);
  ResponseClass response_class = Unavailable();
  response_class.retry_after = 7s;
  const RetryDecision decision = Decide(response, response_class);
  EXPECT_EQ(decision.kind, Kind::kConclude);
  EXPECT_THAT(decision.retry_after, Optional(Clock::duration(7s)));
}

TEST_F(RetryPolicyTest, TakesAFreshConnectionAfterABrokenOneOnly) {
  progress_.retry_safety = RetrySafety::kIdempotent;
  EXPECT_TRUE(Decide(Failure(TransportErrorKind::kReset, kArrived)).fresh_connection);
  EXPECT_FALSE(Decide(Response(503), Unavailable()).fresh_connection);
}

TEST_F(RetryPolicyTest, NamesTheReason) {
  progress_.retry_safety = RetrySafety::kIdempotent;
  EXPECT_EQ(Decide(Response(503), Unavailable()).reason, RetryReason::kStatus);
  EXPECT_EQ(Decide(Response(429), RateLimited()).reason, RetryReason::kRateLimited);
  EXPECT_EQ(Decide(Failure(TransportErrorKind::kReset, kArrived)).reason, RetryReason::kTransport);
  EXPECT_EQ(Decide(Failure(TransportErrorKind::kTimeout, kArrived)).reason, RetryReason::kTimeout);
}

TEST_F(RetryPolicyTest, ReconcilesARefusalBeforeAnythingElse) {
  progress_.retry_safety = RetrySafety::kIdempotent;
  for (const int status : {400, 409, 422}) {
    const HttpResult refused = Response(status);
    for (const ResponseClass& response_class : {Permanent(), Unavailable()}) {
      progress_.look_up = LookUp::kRead;
      EXPECT_EQ(Decide(refused, response_class).kind, Kind::kRead) << status;
      progress_.look_up = LookUp::kNone;
      EXPECT_NE(Decide(refused, response_class).kind, Kind::kRead) << status;
    }
  }
  progress_.look_up = LookUp::kRead;
  for (const int status : {401, 403, 404, 410, 500}) {
    EXPECT_EQ(Decide(Response(status), Permanent()).kind, Kind::kConclude) << status;
  }
}

TEST_F(RetryPolicyTest, ReconcilesAnUnknownOutcomeOnlyWhenNoAttemptIsLeft) {
  progress_.retry_safety = RetrySafety::kIdempotent;
  progress_.look_up = LookUp::kRead;
  progress_.outcome_unknown = true;
  const HttpResult reset = Failure(TransportErrorKind::kReset, kArrived);
  EXPECT_EQ(Decide(reset).kind, Kind::kRetry);
  progress_.attempts = 3;
  EXPECT_EQ(Decide(reset).kind, Kind::kRead);
  progress_.outcome_unknown = false;
  EXPECT_EQ(Decide(Failure(TransportErrorKind::kConnect, kUnsent)).kind, Kind::kConclude);
}

TEST_F(RetryPolicyTest, WhilePendingRetriesWhateverTheResponseSaidIfThatDoesNoHarm) {
  struct Case {
    RetrySafety retry_safety;
    bool may_have_arrived;
    Kind kind;
  };
  const HttpResult refused = Response(400);
  progress_.result = &refused;
  for (const Case& wanted : {Case{RetrySafety::kIdempotent, false, Kind::kRetry},
                             {RetrySafety::kIdempotent, true, Kind::kRetry},
                             {RetrySafety::kOnlyUnsent, false, Kind::kRetry},
                             {RetrySafety::kOnlyUnsent, true, Kind::kConclude}}) {
    progress_.retry_safety = wanted.retry_safety;
    progress_.may_have_arrived = wanted.may_have_arrived;
    EXPECT_EQ(AfterRead(Response(200), ResourceState::kPending).kind, wanted.kind);
  }
  progress_.retry_safety = RetrySafety::kIdempotent;
  progress_.attempts = 3;
  EXPECT_EQ(AfterRead(Response(200), ResourceState::kPending).kind, Kind::kConclude);
}

TEST_F(RetryPolicyTest, Row3_KeepsTimeForTheRead) {
  progress_.retry_safety = RetrySafety::kIdempotent;
  progress_.look_up = LookUp::kRead;
  progress_.outcome_unknown = true;
  progress_.time_kept = 5s;
  const HttpResult reset = Failure(TransportErrorKind::kReset, kArrived);
  progress_.remaining = 5s + 125ms;
  EXPECT_EQ(Decide(reset).kind, Kind::kRead);
  progress_.remaining = 5s + 126ms;
  EXPECT_EQ(Decide(reset).kind, Kind::kRetry);
}

TEST_F(RetryPolicyTest, Row3_ReadsWhenTheCallsTimeHasEndedAnAttempt) {
  progress_.retry_safety = RetrySafety::kIdempotent;
  progress_.time_is_up = true;
  progress_.outcome_unknown = true;
  const HttpResult timeout = Failure(TransportErrorKind::kTimeout, kArrived);
  EXPECT_EQ(Decide(timeout).kind, Kind::kConclude);
  EXPECT_EQ(Decide(timeout).conclusion, Conclusion::kDeadlineExceeded);
  progress_.look_up = LookUp::kRead;
  EXPECT_EQ(Decide(timeout).kind, Kind::kRead);
  EXPECT_EQ(policy_.WithoutTime(progress_).kind, Kind::kRead);
  EXPECT_EQ(AfterRead(Response(404), ResourceState::kUnknown).conclusion,
            Conclusion::kDeadlineExceeded);
  EXPECT_EQ(AfterRead(Response(200), ResourceState::kPending).conclusion,
            Conclusion::kDeadlineExceeded);
}

TEST_F(RetryPolicyTest, Row8_LooksUpASuccessThatCannotBeRead) {
  ResponseClass unreadable = Success();
  unreadable.message = Error(grpc::StatusCode::INTERNAL, "empty");
  EXPECT_EQ(Decide(Response(200), unreadable).kind, Kind::kConclude);
  progress_.look_up = LookUp::kRead;
  EXPECT_EQ(Decide(Response(200), unreadable).kind, Kind::kRead);
  progress_.look_up = LookUp::kSearch;
  EXPECT_EQ(Decide(Response(200), unreadable).kind, Kind::kSearch);
  EXPECT_EQ(Decide(Response(200), Success()).kind, Kind::kConclude);
}

TEST_F(RetryPolicyTest, Row9_RetriesAReadLikeAnyOther) {
  const HttpResult refused = Response(409);
  Decide(refused);
  const HttpResult reset = Failure(TransportErrorKind::kReset, kArrived);
  progress_.reads = 1;
  RetryDecision decision = AfterRead(reset, ResourceState::kUnknown);
  EXPECT_EQ(decision.kind, Kind::kRead);
  EXPECT_EQ(decision.delay, 125ms);
  EXPECT_TRUE(decision.fresh_connection);
  EXPECT_THAT(decision.reason, Optional(RetryReason::kTransport));

  progress_.reads = 2;
  ResponseClass busy = RateLimited();
  busy.retry_after = 2s;
  decision = AfterRead(Response(429), ResourceState::kUnknown, busy);
  EXPECT_EQ(decision.delay, 2s);
  EXPECT_FALSE(decision.fresh_connection);
  progress_.remaining = 2s;
  EXPECT_EQ(AfterRead(Response(429), ResourceState::kUnknown, busy).kind, Kind::kConclude);
  progress_.remaining.reset();

  EXPECT_EQ(AfterRead(Response(404), ResourceState::kUnknown).kind, Kind::kConclude);
  EXPECT_EQ(AfterRead(Response(200), ResourceState::kUnknown, Success()).kind, Kind::kConclude);
  progress_.reads = 3;
  EXPECT_EQ(AfterRead(reset, ResourceState::kUnknown).kind, Kind::kConclude);
  progress_.reads = 1;
  while (budget_.TakeRetry()) {
  }
  EXPECT_EQ(AfterRead(reset, ResourceState::kUnknown).kind, Kind::kConclude);
}

TEST_F(RetryPolicyTest, ConcludesFromTheStateThatAReadHasShown) {
  for (const bool may_have_arrived : {false, true}) {
    progress_.may_have_arrived = may_have_arrived;
    EXPECT_EQ(AfterRead(Response(200), ResourceState::kDone).conclusion,
              may_have_arrived ? Conclusion::kConfirmed : Conclusion::kAlreadyDone);
    EXPECT_EQ(AfterRead(Response(200), ResourceState::kFinished).conclusion, Conclusion::kFinished);
  }
}

TEST_F(RetryPolicyTest, TakesADeleteThatFindsNothingAfterOneThatMayHaveArrivedForASuccess) {
  progress_.deletes = true;
  EXPECT_EQ(Decide(Response(404), Permanent()).conclusion, Conclusion::kLastAttempt);
  progress_.may_have_arrived = true;
  EXPECT_EQ(Decide(Response(404), Permanent()).conclusion, Conclusion::kDeletedBefore);
  progress_.deletes = false;
  EXPECT_EQ(Decide(Response(404), Permanent()).conclusion, Conclusion::kLastAttempt);
}

TEST_F(RetryPolicyTest, SearchesAtOnceAndEachSecondUntilTheDeadline) {
  progress_.look_up = LookUp::kSearch;
  progress_.outcome_unknown = true;
  RetryDecision decision = Decide(Failure(TransportErrorKind::kReset, kArrived));
  EXPECT_EQ(decision.kind, Kind::kSearch);
  EXPECT_EQ(decision.delay, 0s);
  decision = policy_.AfterSearch(progress_, Response(200), Success());
  EXPECT_EQ(decision.kind, Kind::kSearch);
  EXPECT_EQ(decision.delay, 1s);
  ResponseClass busy = RateLimited();
  busy.retry_after = 3s;
  EXPECT_EQ(policy_.AfterSearch(progress_, Response(429), busy).delay, 3s);
  progress_.remaining = 1s;
  decision = policy_.AfterSearch(progress_, Response(200), Success());
  EXPECT_EQ(decision.kind, Kind::kConclude);
  EXPECT_EQ(decision.conclusion, Conclusion::kLastAttempt);
  progress_.time_is_up = true;
  decision = policy_.AfterSearch(progress_, Response(200), Success());
  EXPECT_EQ(decision.conclusion, Conclusion::kDeadlineExceeded);
}

}  // namespace
}  // namespace gateway
