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

TEST_F(UpstreamCallTest, EndsWithTheFirstAnswerThatIsASuccess) {
  client_.WillAnswer(200, "{}", {}, 3s);
  const UpstreamResult& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(outcome.result->response()->body, "{}");
  EXPECT_EQ(outcome.attempts, 1);
  EXPECT_EQ(outcome.retry_after, std::nullopt);
  EXPECT_EQ(outcome.upstream_time, 3s);
  EXPECT_EQ(client_.sent().size(), 1U);
}

TEST_F(UpstreamCallTest, RepeatsTheSameRequestAfterABackoff) {
  client_.WillAnswer(503);
  client_.WillAnswer(502, {}, {}, 1s);
  client_.WillAnswer(200);
  const UpstreamResult& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
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

TEST_F(UpstreamCallTest, EndsWithTheLastAnswerWhenNoAttemptIsLeft) {
  for (const int status : {502, 503, 504}) client_.WillAnswer(status);
  const UpstreamResult& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(outcome.result->response()->status, 504);
  EXPECT_EQ(outcome.attempts, 3);
}

TEST_F(UpstreamCallTest, RepeatsWithAFreshConnectionAfterABrokenOne) {
  client_.WillFail(kReset, kArrived);
  client_.WillAnswer(200);
  Run(Idempotent());
  ASSERT_EQ(client_.sent().size(), 2U);
  EXPECT_FALSE(client_.sent()[0].options.fresh_connection);
  EXPECT_TRUE(client_.sent()[1].options.fresh_connection);
}

TEST_F(UpstreamCallTest, ThatIsNotIdempotentIsSentOnceIfItMayHaveArrived) {
  client_.WillFail(kReset, kArrived);
  const UpstreamResult& outcome = Run(Unset());
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(outcome.result->error()->fault, kReset);
  EXPECT_EQ(outcome.attempts, 1);
  EXPECT_EQ(client_.sent().size(), 1U);
}

TEST_F(UpstreamCallTest, ThatIsNotIdempotentIsRepeatedIfItCertainlyWasNotProcessed) {
  client_.WillFail(TransportErrorKind::kConnect, kUnsent);
  client_.WillAnswer(429);
  client_.WillAnswer(200);
  const UpstreamResult& outcome = Run(Unset());
  EXPECT_EQ(outcome.result->response()->status, 200);
  EXPECT_EQ(outcome.attempts, 3);
}

TEST_F(UpstreamCallTest, WaitsAsLongAsTheAnswerAsks) {
  client_.WillAnswer(429, {}, {{"retry-after", "30"}});
  client_.WillAnswer(200);
  Run(Idempotent());
  ASSERT_EQ(client_.sent().size(), 2U);
  EXPECT_EQ(client_.sent()[1].at, 30s);
}

TEST_F(UpstreamCallTest, DoesNotBeginAWaitThatOutlivesTheDeadline) {
  client_.WillAnswer(429, {}, {{"retry-after", "60"}});
  const UpstreamResult& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(outcome.result->response()->status, 429);
  EXPECT_THAT(outcome.retry_after, Optional(Clock::duration(60s)));
  EXPECT_EQ(client_.sent().size(), 1U);
}

TEST_F(UpstreamCallTest, PassesOnTheWaitThatTheLastAnswerAsksFor) {
  Configure({.max_attempts = 1});
  client_.WillAnswer(429, {}, {{"retry-after", "3"}});
  EXPECT_THAT(Run(Idempotent()).retry_after, Optional(Clock::duration(3s)));
}

TEST_F(UpstreamCallTest, AttemptTimeoutIsRepeatedLikeAReset) {
  client_.WillHang();
  client_.WillAnswer(200);
  const UpstreamResult& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.result->response()->status, 200);
  ASSERT_EQ(client_.sent().size(), 2U);
  EXPECT_EQ(client_.sent()[0].options.timeout, 20s);
  EXPECT_EQ(client_.sent()[1].at, 20s + 125ms);
  EXPECT_TRUE(client_.sent()[1].options.fresh_connection);
  EXPECT_THAT(counts_.retries, ElementsAre(RetryReason::kTimeout));
}

TEST_F(UpstreamCallTest, BudgetIsSharedByCallsAndSpentByRetries) {
  for (int i = 0; i < RetryBudget::kMaxTokens; ++i) ASSERT_TRUE(budget_.TakeRetry());
  client_.WillAnswer(503);
  const UpstreamResult& outcome = Run(Idempotent());
  EXPECT_EQ(outcome.result->response()->status, 503);
  EXPECT_EQ(outcome.attempts, 1);
}

TEST_F(UpstreamCallTest, FirstAttemptsFillTheBudget) {
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

TEST_F(UpstreamCallTest, ThatStartsTooLateSendsNothing) {
  UpstreamCallSpec order = Idempotent();
  order.deadline = Deadline::At(client_.Now());
  const UpstreamResult& outcome = Run(std::move(order));
  EXPECT_EQ(outcome.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(outcome.attempts, 0);
  EXPECT_FALSE(outcome.result.has_value());
  EXPECT_TRUE(client_.sent().empty());
}

TEST_F(UpstreamCallTest, DeadlineEndsAnAttempt) {
  UpstreamCallSpec order = Idempotent();
  order.deadline = Deadline::At(client_.Now() + 5s);
  client_.WillHang();
  Start(std::move(order));
  EXPECT_EQ(client_.sent()[0].options.timeout, 5s);
  client_.Advance(5s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(outcome_.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(outcome_.attempts, 1);
}

TEST_F(UpstreamCallTest, DeadlineEndsALaterAttempt) {
  UpstreamCallSpec order = Idempotent();
  order.deadline = Deadline::At(client_.Now() + 25s);
  client_.WillHang();
  client_.WillHang();
  Start(std::move(order));
  client_.Advance(25s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(outcome_.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(outcome_.attempts, 2);
}

TEST_F(UpstreamCallTest, DeadlineForbidsABackoffThatWouldOutliveIt) {
  UpstreamCallSpec order = Idempotent();
  order.deadline = Deadline::At(client_.Now() + 100ms);
  client_.WillFail(TransportErrorKind::kConnect, kUnsent);
  const UpstreamResult& outcome = Run(std::move(order));
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_THAT(outcome.retry_after, Optional(Clock::duration(125ms)));
}

TEST_F(UpstreamCallTest, DeadlineEndsTheReconcilingGet) {
  UpstreamCallSpec order = Reconciled();
  order.deadline = Deadline::At(client_.Now() + 5s);
  client_.WillAnswer(400, {}, {}, 2s);
  client_.WillHang();
  Start(std::move(order));
  client_.Advance(5s);
  EXPECT_EQ(completions_, 1);
  EXPECT_EQ(outcome_.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(client_.sent()[1].options.timeout, 3s);
  EXPECT_EQ(outcome_.upstream_time, 5s);
}

TEST_F(UpstreamCallTest, WithoutADeadlineEndsByAttempts) {
  UpstreamCallSpec order = Idempotent();
  order.deadline = Deadline::Infinite();
  const UpstreamResult& outcome = Run(std::move(order));  // Every attempt hangs.
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(outcome.result->error()->fault, TransportErrorKind::kTimeout);
  EXPECT_EQ(outcome.attempts, 3);
}

// ---- Cancel

TEST_F(UpstreamCallTest, CancelEndsAnAttempt) {
  client_.WillHang();
  Start(Idempotent());
  upstream_->Cancel(id_);
  client_.Settle();
  EXPECT_EQ(outcome_.conclusion, Conclusion::kCancelled);
  Ended();
}

TEST_F(UpstreamCallTest, CancelEndsABackoff) {
  client_.WillAnswer(503);
  Start(Idempotent());
  client_.Advance(1ms);
  upstream_->Cancel(id_);
  client_.Settle();
  EXPECT_EQ(outcome_.conclusion, Conclusion::kCancelled);
  EXPECT_EQ(outcome_.result->response()->status, 503);
  Ended();
  EXPECT_EQ(client_.sent().size(), 1U);
}

TEST_F(UpstreamCallTest, CancelEndsTheReconcilingGet) {
  client_.WillAnswer(400);
  client_.WillHang();
  Start(Reconciled());
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET"));
  upstream_->Cancel(id_);
  client_.Settle();
  EXPECT_EQ(outcome_.conclusion, Conclusion::kCancelled);
  Ended();
}

TEST_F(UpstreamCallTest, CancelOfAnEndedOrUnknownCallIsANoOp) {
  client_.WillAnswer(200);
  Start(Idempotent());
  upstream_->Cancel(id_);
  upstream_->Cancel(id_);
  upstream_->Cancel(999);
  EXPECT_EQ(Ended().conclusion, Conclusion::kLastAttempt);
}

TEST_F(UpstreamCallTest, CancelBeforeTheLoopHasSeenTheCallEndsItToo) {
  client_.WillHang();
  id_ = upstream_->Start(Idempotent(), [this](UpstreamResult outcome) {
    ++completions_;
    outcome_ = std::move(outcome);
  });
  upstream_->Cancel(id_);
  client_.Settle();
  EXPECT_EQ(outcome_.conclusion, Conclusion::kCancelled);
  Ended();
}

TEST_F(UpstreamCallTest, RunsOnTheLoopsInTurn) {
  FakeHttpLoop other;
  upstream_ =
      std::make_unique<UpstreamClient>(std::vector<HttpLoop*>{&client_, &other}, RetryOptions{});
  std::vector<UpstreamClient::CallId> ids;
  int ended = 0;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(upstream_->Start(Idempotent(), [&](const UpstreamResult&) { ++ended; }));
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

TEST_F(UpstreamCallTest, DeleteThatFindsNothingAfterAnAttemptThatMayHaveArrivedIsASuccess) {
  client_.WillFail(kReset, kArrived);
  client_.WillAnswer(404);
  const UpstreamResult& outcome = Run(Delete());
  EXPECT_EQ(outcome.conclusion, Conclusion::kDeletedBefore);
  EXPECT_EQ(outcome.result->response()->status, 404);
  EXPECT_EQ(outcome.attempts, 2);
}

TEST_F(UpstreamCallTest, DeleteThatFindsNothingAfterAnUnclearAnswerIsASuccess) {
  client_.WillAnswer(503);
  client_.WillAnswer(404);
  EXPECT_EQ(Run(Delete()).conclusion, Conclusion::kDeletedBefore);
}

TEST_F(UpstreamCallTest, DeleteThatFindsNothingAtOnceIsAnAnswer) {
  client_.WillAnswer(404);
  EXPECT_EQ(Run(Delete()).conclusion, Conclusion::kLastAttempt);
}

TEST_F(UpstreamCallTest, DeleteThatFindsNothingAfterAttemptsThatNeverArrivedIsAnAnswer) {
  client_.WillFail(TransportErrorKind::kConnect, kUnsent);
  client_.WillAnswer(429);
  client_.WillAnswer(404);
  EXPECT_EQ(Run(Delete()).conclusion, Conclusion::kLastAttempt);
}

TEST_F(UpstreamCallTest, OtherVerbsThatFindNothingAreAnAnswer) {
  client_.WillFail(kReset, kArrived);
  client_.WillAnswer(404);
  EXPECT_EQ(Run(Idempotent()).conclusion, Conclusion::kLastAttempt);
}

// ---- Counting

TEST_F(UpstreamCallTest, TellsItsObserverOfTransfersRetriesAndReconciliations) {
  client_.WillAnswer(429);
  client_.WillFail(kReset, kArrived);
  client_.WillAnswer(422);
  client_.WillAnswer(200, "done");
  Run(Reconciled());
  EXPECT_THAT(counts_.transfers, ElementsAre("POST 429", "POST broke", "POST 422", "GET 200"));
  EXPECT_THAT(counts_.retries, ElementsAre(RetryReason::kRateLimited, RetryReason::kTransport));
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kConfirmed));
}

}  // namespace
}  // namespace gateway
