// How a call whose create was lost looks for what it may have created.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/upstream/upstream_call_fixture.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST_F(UpstreamCallTest, LostCreateIsLookedForAtOnce) {
  loop_.WillFail(kReset, kArrived);
  loop_.WillRespond(200, "m-0 m-1");
  const UpstreamResult& result = Run(Marked());
  EXPECT_EQ(result.conclusion, Conclusion::kFound);
  EXPECT_EQ(result.resource.message, "found: m-1");
  EXPECT_EQ(result.attempts, 1);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET"));
  EXPECT_EQ(loop_.sent()[1].request.url, "http://upstream/list");
  EXPECT_EQ(loop_.sent()[1].at, 0s);
  EXPECT_TRUE(loop_.sent()[1].options.fresh_connection);
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kConfirmed));
}

TEST_F(UpstreamCallTest, LostCreateIsLookedForEachSecondWhateverTheListSays) {
  loop_.WillRespond(503);
  loop_.WillRespond(200, "m-0");
  loop_.WillFail(kReset, kArrived);
  loop_.WillRespond(429, {}, {{"retry-after", "3"}});
  loop_.WillRespond(200, "m-1");
  EXPECT_EQ(Run(Marked()).conclusion, Conclusion::kFound);
  ASSERT_EQ(loop_.sent().size(), 5U);
  EXPECT_EQ(loop_.sent()[1].at, 0s);
  EXPECT_EQ(loop_.sent()[2].at, 1s);
  EXPECT_EQ(loop_.sent()[3].at, 2s);
  EXPECT_EQ(loop_.sent()[4].at, 5s);
}

TEST_F(UpstreamCallTest, LostCreateThatIsNotFoundIsTheErrorItselfWithTheMarker) {
  loop_.WillFail(kReset, kArrived);
  for (int i = 0; i < 100; ++i) loop_.WillRespond(200, "m-0");
  const UpstreamResult& result = Run(Marked());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->error()->kind, kReset);
  EXPECT_EQ(result.outcome, Outcome::kUnknown);
  EXPECT_EQ(result.marker, "m-1");
  // At once, and each second before the minute is over.
  EXPECT_EQ(loop_.sent().size(), 1U + 60U);
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kFailed));
}

TEST_F(UpstreamCallTest, AttemptOfAMarkedCreateEndsAtHalfOfTheTime) {
  Configure({.attempt_timeout = 1h});
  UpstreamCallSpec spec = Marked();
  spec.deadline = Deadline::At(loop_.Now() + 4s);
  loop_.WillHang();
  loop_.WillRespond(200, "m-1");
  EXPECT_EQ(Run(std::move(spec)).conclusion, Conclusion::kFound);
  EXPECT_EQ(loop_.sent()[0].options.timeout, 2s);
  EXPECT_EQ(loop_.sent()[1].at, 2s);
}

TEST_F(UpstreamCallTest, MarkedCreateThatTheDeadlineEndedAndNobodyFoundIsTheDeadline) {
  UpstreamCallSpec spec = Marked();
  spec.deadline = Deadline::At(loop_.Now() + 4s);
  loop_.WillHang();
  for (int i = 0; i < 9; ++i) loop_.WillRespond(200, "m-0");
  const UpstreamResult& result = Run(std::move(spec));
  EXPECT_EQ(result.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(result.outcome, Outcome::kUnknown);
  EXPECT_EQ(result.marker, "m-1");
  EXPECT_EQ(loop_.sent().size(), 1U + 2U);
}

TEST_F(UpstreamCallTest, MarkedCreateThatWasRefusedOrNeverSentIsNotLookedFor) {
  loop_.WillRespond(422);
  EXPECT_EQ(Run(Marked()).marker, "");
  completions_ = 0;
  Configure({.max_attempts = 1});
  loop_.WillFail(TransportErrorKind::kConnect, kUnsent);
  EXPECT_EQ(Run(Marked()).outcome, Outcome::kNone);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "POST"));
}

TEST_F(UpstreamCallTest, MarkedCreateThatCannotBeReadIsLookedForAndDone) {
  loop_.WillRespond(201, "unreadable");
  for (int i = 0; i < 100; ++i) loop_.WillRespond(200, "m-0");
  const UpstreamResult& result = Run(Marked());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.outcome, Outcome::kDone);
}

TEST_F(UpstreamCallTest, CancelEndsASearch) {
  loop_.WillFail(kReset, kArrived);
  loop_.WillRespond(200, "m-0");
  Start(Marked());
  loop_.Advance(500ms);
  upstream_->Cancel(id_);
  EXPECT_EQ(Ended().conclusion, Conclusion::kCancelled);
  EXPECT_EQ(result_.marker, "m-1");
}

}  // namespace
}  // namespace gateway
