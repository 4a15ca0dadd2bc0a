// What is known of a call's work by the results of its attempts and reads.
#include <gtest/gtest.h>

#include <utility>

#include "gateway/upstream/retry_policy.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

constexpr auto kArrived = Delivery::kMayHaveArrived;
constexpr auto kUnsent = Delivery::kNeverSent;

HttpResult Response(int status) { return {HttpResponse{status, {}, {}}, 0ns}; }
HttpResult Failure(TransportErrorKind kind, Delivery delivery) {
  return {TransportError{kind, delivery, {}}, 0ns};
}

TEST(TimeKeptFor, IsAQuarterForAReadUpToFiveSecondsAndHalfForASearch) {
  EXPECT_EQ(TimeKeptFor(LookUp::kNone, 60s), 0s);
  EXPECT_EQ(TimeKeptFor(LookUp::kRead, 60s), 5s);
  EXPECT_EQ(TimeKeptFor(LookUp::kRead, 20s), 5s);
  EXPECT_EQ(TimeKeptFor(LookUp::kRead, 3s), 750ms);
  EXPECT_EQ(TimeKeptFor(LookUp::kSearch, 60s), 30s);
}

TEST(RefusesTheKey, Is401Alone) {
  EXPECT_TRUE(RefusesTheKey(Response(401)));
  EXPECT_FALSE(RefusesTheKey(Response(403)));
  EXPECT_FALSE(RefusesTheKey(Failure(TransportErrorKind::kReset, kArrived)));
}

TEST(OutcomeOf, IsWhatTheResultDoesNotRuleOut) {
  for (const int status : {400, 401, 403, 404, 409, 410, 422, 425, 429}) {
    EXPECT_EQ(OutcomeOf(Response(status)), Outcome::kNone) << status;
  }
  for (const int status : {0, 100, 303, 408, 499, 500, 501, 502, 503, 504, 599, 600}) {
    EXPECT_EQ(OutcomeOf(Response(status)), Outcome::kUnknown) << status;
  }
  for (const int status : {200, 202, 204, 299}) {
    EXPECT_EQ(OutcomeOf(Response(status)), Outcome::kDone) << status;
  }
  EXPECT_EQ(OutcomeOf(Failure(TransportErrorKind::kReset, kArrived)), Outcome::kUnknown);
  EXPECT_EQ(OutcomeOf(Failure(TransportErrorKind::kConnect, kUnsent)), Outcome::kNone);
  for (const auto& [status, outcome] :
       {std::pair(200, Outcome::kDone), {409, Outcome::kNone}, {500, Outcome::kUnknown}}) {
    EXPECT_EQ(
        OutcomeOf({TransportError{TransportErrorKind::kTruncated, kArrived, "", status}, 0ns}),
        outcome)
        << status;
  }
}

TEST(CallProgress, KeepsTheWorstOutcomeUntilAReadSaysMore) {
  const ResponseClass any;
  const HttpResult lost = Failure(TransportErrorKind::kReset, kArrived);
  const HttpResult success = Response(200), refused = Response(409);
  CallProgress progress{.response_class = nullptr, .remaining = {}};
  progress.AddAttempt(refused, any);
  EXPECT_EQ(progress.outcome, Outcome::kNone);
  EXPECT_FALSE(progress.may_have_arrived);
  progress.AddAttempt(lost, any);
  progress.AddAttempt(refused, any);
  EXPECT_EQ(progress.outcome, Outcome::kUnknown);
  EXPECT_TRUE(progress.may_have_arrived);
  progress.AddAttempt(success, any);
  progress.AddAttempt(lost, any);
  progress.AddState(ResourceState::kUnknown);
  EXPECT_EQ(progress.outcome, Outcome::kDone);
  progress.AddState(ResourceState::kPending);
  EXPECT_EQ(progress.outcome, Outcome::kUnknown);
  progress.AddState(ResourceState::kFinished);
  EXPECT_EQ(progress.outcome, Outcome::kNone);
}

TEST(LeavesOutcomeUnknown, IsWhatNoResponseOfTheUpstreamItselfSettles) {
  for (const int status : {408, 502, 503, 504}) {
    EXPECT_TRUE(LeavesOutcomeUnknown(Response(status))) << status;
  }
  for (const int status : {200, 302, 400, 401, 404, 409, 429, 500, 501}) {
    EXPECT_FALSE(LeavesOutcomeUnknown(Response(status))) << status;
  }
  EXPECT_TRUE(LeavesOutcomeUnknown(Failure(TransportErrorKind::kTimeout, kArrived)));
  EXPECT_FALSE(LeavesOutcomeUnknown(Failure(TransportErrorKind::kTimeout, kUnsent)));
}

}  // namespace
}  // namespace gateway
