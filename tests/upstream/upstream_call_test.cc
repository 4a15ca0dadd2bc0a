#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/upstream/upstream_client.h"
#include "tests/support/fake_http_loop.h"
#include "tests/upstream/upstream_call_fixture.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

// ---- Attempts

TEST_F(UpstreamCallTest, EndsWithTheFirstResponseThatIsASuccess) {
  loop_.WillRespond(200, "{}", {}, 3s);
  const UpstreamResult& result = Run(Idempotent());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->response()->body, "{}");
  EXPECT_EQ(result.attempts, 1);
  EXPECT_EQ(result.retry_after, std::nullopt);
  EXPECT_EQ(result.upstream_time, 3s);
  EXPECT_EQ(loop_.sent().size(), 1U);
}

TEST_F(UpstreamCallTest, RetriesTheSameRequestAfterABackoff) {
  loop_.WillRespond(503);
  loop_.WillRespond(502, {}, {}, 1s);
  loop_.WillRespond(200);
  const UpstreamResult& result = Run(Idempotent());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->response()->status, 200);
  EXPECT_EQ(result.attempts, 3);
  EXPECT_EQ(result.upstream_time, 1s);
  ASSERT_EQ(loop_.sent().size(), 3U);
  EXPECT_EQ(loop_.sent()[1].at, 125ms);
  EXPECT_EQ(loop_.sent()[2].at, 125ms + 1s + 250ms);
  for (const auto& sent : loop_.sent()) {
    EXPECT_EQ(sent.request.verb, "POST");
    EXPECT_EQ(sent.request.url, "http://upstream/cancel");
    EXPECT_THAT(sent.request.headers, ElementsAre(Header{"a", "1"}));
    EXPECT_THAT(sent.request.body, Optional(std::string("body")));
    EXPECT_FALSE(sent.options.fresh_connection);
  }
}

TEST_F(UpstreamCallTest, EndsWithTheLastResponseWhenNoAttemptIsLeft) {
  for (const int status : {502, 503, 504}) loop_.WillRespond(status);
  const UpstreamResult& result = Run(Idempotent());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->response()->status, 504);
  EXPECT_EQ(result.attempts, 3);
}

TEST_F(UpstreamCallTest, RetriesWithAFreshConnectionAfterABrokenOne) {
  loop_.WillFail(kReset, kArrived);
  loop_.WillRespond(200);
  Run(Idempotent());
  ASSERT_EQ(loop_.sent().size(), 2U);
  EXPECT_FALSE(loop_.sent()[0].options.fresh_connection);
  EXPECT_TRUE(loop_.sent()[1].options.fresh_connection);
}

TEST_F(UpstreamCallTest, ThatIsNotIdempotentIsSentOnceIfItMayHaveArrived) {
  loop_.WillFail(kReset, kArrived);
  const UpstreamResult& result = Run(Unset());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->error()->kind, kReset);
  EXPECT_EQ(result.attempts, 1);
  EXPECT_EQ(loop_.sent().size(), 1U);
}

TEST_F(UpstreamCallTest, ThatIsNotIdempotentIsRetriedIfItCertainlyWasNotProcessed) {
  loop_.WillFail(TransportErrorKind::kConnect, kUnsent);
  loop_.WillRespond(429);
  loop_.WillRespond(200);
  const UpstreamResult& result = Run(Unset());
  EXPECT_EQ(result.result->response()->status, 200);
  EXPECT_EQ(result.attempts, 3);
}

TEST_F(UpstreamCallTest, WaitsAsLongAsTheResponseAsks) {
  loop_.WillRespond(429, {}, {{"retry-after", "30"}});
  loop_.WillRespond(200);
  Run(Idempotent());
  ASSERT_EQ(loop_.sent().size(), 2U);
  EXPECT_EQ(loop_.sent()[1].at, 30s);
}

TEST_F(UpstreamCallTest, DoesNotBeginAWaitThatOutlivesTheDeadline) {
  loop_.WillRespond(429, {}, {{"retry-after", "60"}});
  const UpstreamResult& result = Run(Idempotent());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->response()->status, 429);
  EXPECT_THAT(result.retry_after, Optional(Clock::duration(60s)));
  EXPECT_EQ(loop_.sent().size(), 1U);
}

TEST_F(UpstreamCallTest, PassesOnTheWaitThatTheLastResponseAsksFor) {
  Configure({.max_attempts = 1});
  loop_.WillRespond(429, {}, {{"retry-after", "3"}});
  EXPECT_THAT(Run(Idempotent()).retry_after, Optional(Clock::duration(3s)));
}

TEST_F(UpstreamCallTest, AttemptTimeoutIsRetriedLikeAReset) {
  loop_.WillHang();
  loop_.WillRespond(200);
  const UpstreamResult& result = Run(Idempotent());
  EXPECT_EQ(result.result->response()->status, 200);
  ASSERT_EQ(loop_.sent().size(), 2U);
  EXPECT_EQ(loop_.sent()[0].options.timeout, 20s);
  EXPECT_EQ(loop_.sent()[1].at, 20s + 125ms);
  EXPECT_TRUE(loop_.sent()[1].options.fresh_connection);
  EXPECT_THAT(counts_.retries, ElementsAre(RetryReason::kTimeout));
}

TEST_F(UpstreamCallTest, BudgetIsSharedByCallsAndSpentByRetries) {
  for (int i = 0; i < RetryBudget::kMaxTokens; ++i) ASSERT_TRUE(budget_.TakeRetry());
  loop_.WillRespond(503);
  const UpstreamResult& result = Run(Idempotent());
  EXPECT_EQ(result.result->response()->status, 503);
  EXPECT_EQ(result.attempts, 1);
}

TEST_F(UpstreamCallTest, FirstAttemptsFillTheBudget) {
  while (budget_.TakeRetry()) {
  }
  for (int i = 0; i < 10; ++i) {
    loop_.WillRespond(200);
    Start(Idempotent());
  }
  EXPECT_TRUE(budget_.TakeRetry());
  EXPECT_FALSE(budget_.TakeRetry());
}

// ---- Deadlines

TEST_F(UpstreamCallTest, ThatStartsTooLateSendsNothing) {
  UpstreamCallSpec spec = Idempotent();
  spec.deadline = Deadline::At(loop_.Now());
  const UpstreamResult& result = Run(std::move(spec));
  EXPECT_EQ(result.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(result.attempts, 0);
  EXPECT_FALSE(result.result.has_value());
  EXPECT_TRUE(loop_.sent().empty());
}

TEST_F(UpstreamCallTest, DeadlineEndsAnAttempt) {
  UpstreamCallSpec spec = Idempotent();
  spec.deadline = Deadline::At(loop_.Now() + 5s);
  loop_.WillHang();
  Start(std::move(spec));
  EXPECT_EQ(loop_.sent()[0].options.timeout, 5s);
  loop_.Advance(5s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(result_.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(result_.attempts, 1);
}

TEST_F(UpstreamCallTest, DeadlineEndsALaterAttempt) {
  UpstreamCallSpec spec = Idempotent();
  spec.deadline = Deadline::At(loop_.Now() + 25s);
  loop_.WillHang();
  loop_.WillHang();
  Start(std::move(spec));
  loop_.Advance(25s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(result_.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(result_.attempts, 2);
}

TEST_F(UpstreamCallTest, DeadlineForbidsABackoffThatWouldOutliveIt) {
  UpstreamCallSpec spec = Idempotent();
  spec.deadline = Deadline::At(loop_.Now() + 100ms);
  loop_.WillFail(TransportErrorKind::kConnect, kUnsent);
  const UpstreamResult& result = Run(std::move(spec));
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_THAT(result.retry_after, Optional(Clock::duration(125ms)));
}

TEST_F(UpstreamCallTest, DeadlineEndsTheReconcilingGet) {
  UpstreamCallSpec spec = Reconciled();
  spec.deadline = Deadline::At(loop_.Now() + 5s);
  loop_.WillRespond(400, {}, {}, 2s);
  loop_.WillHang();
  Start(std::move(spec));
  loop_.Advance(5s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(result_.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(loop_.sent()[1].options.timeout, 3s);
  EXPECT_EQ(result_.upstream_time, 5s);
}

TEST_F(UpstreamCallTest, WithoutADeadlineEndsByAttempts) {
  UpstreamCallSpec spec = Idempotent();
  spec.deadline = Deadline::Infinite();
  const UpstreamResult& result = Run(std::move(spec));  // Every attempt hangs.
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->error()->kind, TransportErrorKind::kTimeout);
  EXPECT_EQ(result.attempts, 3);
}

// ---- Cancel

TEST_F(UpstreamCallTest, CancelEndsAnAttempt) {
  loop_.WillHang();
  Start(Idempotent());
  upstream_->Cancel(id_);
  loop_.Settle();
  EXPECT_EQ(result_.conclusion, Conclusion::kCancelled);
  Ended();
}

TEST_F(UpstreamCallTest, CancelEndsABackoff) {
  loop_.WillRespond(503);
  Start(Idempotent());
  loop_.Advance(1ms);
  upstream_->Cancel(id_);
  loop_.Settle();
  EXPECT_EQ(result_.conclusion, Conclusion::kCancelled);
  EXPECT_EQ(result_.result->response()->status, 503);
  Ended();
  EXPECT_EQ(loop_.sent().size(), 1U);
}

TEST_F(UpstreamCallTest, CancelEndsTheReconcilingGet) {
  loop_.WillRespond(400);
  loop_.WillHang();
  Start(Reconciled());
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET"));
  upstream_->Cancel(id_);
  loop_.Settle();
  EXPECT_EQ(result_.conclusion, Conclusion::kCancelled);
  Ended();
}

TEST_F(UpstreamCallTest, CancelLeavesOpenWhatTheAttemptUnderWayHasDone) {
  loop_.WillHang();
  Start(Idempotent());
  upstream_->Cancel(id_);
  EXPECT_EQ(Ended().outcome, Outcome::kUnknown);
}

TEST_F(UpstreamCallTest, CancelBetweenAttemptsKeepsWhatIsKnownOfThem) {
  loop_.WillRespond(429);
  Start(Idempotent());
  upstream_->Cancel(id_);
  EXPECT_EQ(Ended().outcome, Outcome::kNone);
}

TEST_F(UpstreamCallTest, CancelWithinTheReadKeepsWhatIsKnownOfTheAttempts) {
  loop_.WillRespond(409);
  loop_.WillHang();
  Start(Reconciled());
  upstream_->Cancel(id_);
  EXPECT_EQ(Ended().outcome, Outcome::kNone);
}

TEST_F(UpstreamCallTest, EndOfTheDrainEndsAllCalls) {
  std::vector<UpstreamResult> results;
  for (int i = 0; i < 3; ++i) {
    loop_.WillHang();
    upstream_->Start(Idempotent(),
                     [&](UpstreamResult result) { results.push_back(std::move(result)); });
  }
  loop_.Settle();
  upstream_->EndAll();
  loop_.Settle();
  ASSERT_EQ(results.size(), 3U);
  for (const UpstreamResult& result : results) {
    EXPECT_EQ(result.conclusion, Conclusion::kDraining);
    EXPECT_EQ(result.outcome, Outcome::kUnknown);
  }
  EXPECT_EQ(loop_.pending(), 0U);
}

TEST_F(UpstreamCallTest, CancelOfAnEndedOrUnknownCallIsANoOp) {
  loop_.WillRespond(200);
  Start(Idempotent());
  upstream_->Cancel(id_);
  upstream_->Cancel(id_);
  upstream_->Cancel(999);
  EXPECT_EQ(Ended().conclusion, Conclusion::kLastAttempt);
}

TEST_F(UpstreamCallTest, CancelBeforeTheLoopHasSeenTheCallEndsItToo) {
  loop_.WillHang();
  id_ = upstream_->Start(Idempotent(), [this](UpstreamResult result) {
    ++completions_;
    result_ = std::move(result);
  });
  upstream_->Cancel(id_);
  loop_.Settle();
  EXPECT_EQ(result_.conclusion, Conclusion::kCancelled);
  Ended();
}

TEST_F(UpstreamCallTest, RunsOnTheLoopsInTurn) {
  FakeHttpLoop other;
  upstream_ =
      std::make_unique<UpstreamClient>(std::vector<HttpLoop*>{&loop_, &other}, RetryOptions{});
  std::vector<UpstreamClient::CallId> ids;
  int ended = 0;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(upstream_->Start(Idempotent(), [&](const UpstreamResult&) { ++ended; }));
  }
  loop_.Settle();
  other.Settle();
  EXPECT_EQ(loop_.sent().size(), 2U);
  EXPECT_EQ(other.sent().size(), 2U);
  for (const auto id : ids) upstream_->Cancel(id);
  loop_.Settle();
  other.Settle();
  EXPECT_EQ(ended, 4);
}

// ---- DELETE

TEST_F(UpstreamCallTest, DeleteThatFindsNothingAfterAnAttemptThatMayHaveArrivedIsASuccess) {
  loop_.WillFail(kReset, kArrived);
  loop_.WillRespond(404);
  const UpstreamResult& result = Run(Delete());
  EXPECT_EQ(result.conclusion, Conclusion::kDeletedBefore);
  EXPECT_EQ(result.result->response()->status, 404);
  EXPECT_EQ(result.attempts, 2);
}

TEST_F(UpstreamCallTest, DeleteThatFindsNothingAfterAnUnclearResponseIsASuccess) {
  loop_.WillRespond(503);
  loop_.WillRespond(404);
  EXPECT_EQ(Run(Delete()).conclusion, Conclusion::kDeletedBefore);
}

TEST_F(UpstreamCallTest, DeleteThatFindsNothingAtOnceIsNotFound) {
  loop_.WillRespond(404);
  EXPECT_EQ(Run(Delete()).conclusion, Conclusion::kLastAttempt);
}

TEST_F(UpstreamCallTest, DeleteThatFindsNothingAfterAttemptsThatNeverArrivedIsNotFound) {
  loop_.WillFail(TransportErrorKind::kConnect, kUnsent);
  loop_.WillRespond(429);
  loop_.WillRespond(404);
  EXPECT_EQ(Run(Delete()).conclusion, Conclusion::kLastAttempt);
}

TEST_F(UpstreamCallTest, OtherVerbsThatFindNothingAreNotFound) {
  loop_.WillFail(kReset, kArrived);
  loop_.WillRespond(404);
  EXPECT_EQ(Run(Idempotent()).conclusion, Conclusion::kLastAttempt);
}

// ---- Counting

TEST_F(UpstreamCallTest, ReportsToItsObserverTransfersRetriesAndReconciliations) {
  loop_.WillRespond(429);
  loop_.WillFail(kReset, kArrived);
  loop_.WillRespond(422);
  loop_.WillRespond(200, "done");
  Run(Reconciled());
  EXPECT_THAT(counts_.transfers, ElementsAre("POST 429", "POST broke", "POST 422", "GET 200"));
  EXPECT_THAT(counts_.retries, ElementsAre(RetryReason::kRateLimited, RetryReason::kTransport));
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kConfirmed));
}

}  // namespace
}  // namespace gateway
