// What a call does when its request was refused, or when nobody knows what became of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_http_loop.h"
#include "tests/upstream/upstream_call_fixture.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST_F(UpstreamCallTest, RefusedWithoutAnEarlierAttemptWasDoneBefore) {
  for (const int status : {400, 409, 422}) {
    completions_ = 0;
    loop_.WillRespond(status);
    loop_.WillRespond(200, "done");
    const UpstreamResult& result = Run(Reconciled());
    EXPECT_EQ(result.conclusion, Conclusion::kAlreadyDone) << status;
    EXPECT_EQ(result.result->response()->status, status);
    EXPECT_EQ(result.resource_response->body, "done");
    EXPECT_EQ(result.attempts, 1);
  }
}

TEST_F(UpstreamCallTest, RefusedAfterAnAttemptThatMayHaveArrivedIsConfirmed) {
  struct Case {
    const char* what;
    std::function<void(FakeHttpLoop&)> first;
    Conclusion conclusion;
  };
  const Case cases[] = {
      {"reset", [](auto& c) { c.WillFail(kReset, kArrived); }, Conclusion::kConfirmed},
      {"timeout", [](auto& c) { c.WillHang(); }, Conclusion::kConfirmed},
      {"503", [](auto& c) { c.WillRespond(503); }, Conclusion::kConfirmed},
      {"500 that may be retried", [](auto& c) { c.WillRespond(500, {}, {{"retryable", "true"}}); },
       Conclusion::kConfirmed},
      {"408", [](auto& c) { c.WillRespond(408); }, Conclusion::kConfirmed},
      {"429", [](auto& c) { c.WillRespond(429); }, Conclusion::kAlreadyDone},
      {"no connection", [](auto& c) { c.WillFail(TransportErrorKind::kConnect, kUnsent); },
       Conclusion::kAlreadyDone},
  };
  for (const Case& wanted : cases) {
    completions_ = 0;
    wanted.first(loop_);
    loop_.WillRespond(400);
    loop_.WillRespond(200, "done");
    const UpstreamResult& result = Run(Reconciled());
    EXPECT_EQ(result.conclusion, wanted.conclusion) << wanted.what;
    EXPECT_EQ(result.attempts, 2) << wanted.what;
    EXPECT_EQ(result.resource_response->body, "done") << wanted.what;
  }
}

TEST_F(UpstreamCallTest, ReadsWithTheRequestsHeadersButThoseOfItsBody) {
  UpstreamCallSpec spec = Reconciled();
  spec.request = Request("POST", "http://upstream/cancel",
                         {{"a", "1"}, {"content-type", "text/plain"}}, "body");
  loop_.WillRespond(409);
  loop_.WillRespond(200, "done");
  Run(std::move(spec));
  ASSERT_EQ(loop_.sent().size(), 2U);
  const HttpRequest& read = loop_.sent()[1].request;
  EXPECT_EQ(read.verb, "GET");
  EXPECT_EQ(read.url, "http://upstream/resource");
  EXPECT_THAT(read.headers, ElementsAre(Header{"a", "1"}));
  EXPECT_EQ(read.body, std::nullopt);
}

TEST_F(UpstreamCallTest, RefusedButFinishedOtherwiseSaysSo) {
  loop_.WillRespond(400);
  loop_.WillRespond(200, "finished");
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.conclusion, Conclusion::kFinished);
  EXPECT_EQ(result.resource_response->body, "finished");
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kFinished));
}

TEST_F(UpstreamCallTest, RefusedIsReconciledWhateverTheBodySaysOnRetrying) {
  loop_.WillRespond(409, {}, {{"retryable", "true"}});
  loop_.WillRespond(200, "done");
  Run(Reconciled());
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET"));
}

TEST_F(UpstreamCallTest, UnknownOutcomeIsReadOnceNoAttemptIsLeft) {
  struct Case {
    const char* state;
    Conclusion conclusion;
  };
  for (const Case& wanted : {Case{"done", Conclusion::kConfirmed},
                             {"finished", Conclusion::kFinished},
                             {"pending", Conclusion::kLastAttempt},
                             {"strange", Conclusion::kLastAttempt}}) {
    completions_ = 0;
    for (int i = 0; i < 3; ++i) loop_.WillFail(kReset, kArrived);
    loop_.WillRespond(200, wanted.state);
    const UpstreamResult& result = Run(Reconciled());
    EXPECT_EQ(result.conclusion, wanted.conclusion) << wanted.state;
    EXPECT_EQ(result.result->error()->kind, kReset) << wanted.state;
    EXPECT_EQ(result.attempts, 3) << wanted.state;
    EXPECT_TRUE(loop_.sent().back().options.fresh_connection);
  }
  EXPECT_EQ(loop_.sent().size(), 4U * 4U);
}

TEST_F(UpstreamCallTest, UnknownOutcomeIsReadWithASingleAttemptToo) {
  Configure({.max_attempts = 1});
  struct Case {
    const char* what;
    std::function<void(FakeHttpLoop&)> first;
  };
  const Case cases[] = {
      {"reset", [](auto& c) { c.WillFail(kReset, kArrived); }},
      {"timeout", [](auto& c) { c.WillHang(); }},
      {"408", [](auto& c) { c.WillRespond(408); }},
      {"502", [](auto& c) { c.WillRespond(502); }},
      {"503", [](auto& c) { c.WillRespond(503); }},
      {"504", [](auto& c) { c.WillRespond(504); }},
  };
  for (const Case& wanted : cases) {
    completions_ = 0;
    wanted.first(loop_);
    loop_.WillRespond(200, "done");
    const UpstreamResult& result = Run(Reconciled());
    EXPECT_EQ(result.conclusion, Conclusion::kConfirmed) << wanted.what;
    EXPECT_EQ(result.attempts, 1) << wanted.what;
  }
}

TEST_F(UpstreamCallTest, UnknownOutcomeOfAnEarlierAttemptIsReadEvenIfTheLastWasNotSent) {
  loop_.WillFail(kReset, kArrived);
  loop_.WillFail(TransportErrorKind::kConnect, kUnsent);
  loop_.WillFail(TransportErrorKind::kConnect, kUnsent);
  loop_.WillRespond(200, "done");
  EXPECT_EQ(Run(Reconciled()).conclusion, Conclusion::kConfirmed);
}

TEST_F(UpstreamCallTest, KnownOutcomesAreNotRead) {
  Configure({.max_attempts = 1});
  for (const int status : {200, 401, 403, 404, 429, 500}) {
    completions_ = 0;
    loop_.WillRespond(status);
    EXPECT_EQ(Run(Reconciled()).conclusion, Conclusion::kLastAttempt) << status;
  }
  completions_ = 0;
  loop_.WillFail(TransportErrorKind::kConnect, kUnsent);
  Run(Reconciled());
  EXPECT_EQ(loop_.sent().size(), 7U);
}

TEST_F(UpstreamCallTest, PendingIsSentAgainAfterABackoff) {
  loop_.WillRespond(400);
  loop_.WillRespond(200, "pending");
  loop_.WillRespond(200, "ok");
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->response()->body, "ok");
  EXPECT_EQ(result.attempts, 2);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST"));
  EXPECT_EQ(loop_.sent()[2].at, 125ms);
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kRetried));
}

TEST_F(UpstreamCallTest, PendingUntilNoAttemptIsLeftEndsWithTheLastResponse) {
  for (const int status : {400, 409, 422}) {
    loop_.WillRespond(status);
    loop_.WillRespond(200, "pending");
  }
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(result.result->response()->status, 422);
  EXPECT_EQ(result.attempts, 3);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST", "GET", "POST", "GET"));
}

TEST_F(UpstreamCallTest, PendingThenRefusedAgainIsReadAgain) {
  loop_.WillRespond(400);
  loop_.WillRespond(200, "pending");
  loop_.WillRespond(400);
  loop_.WillRespond(200, "done");
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.conclusion, Conclusion::kAlreadyDone);
  EXPECT_EQ(result.attempts, 2);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST", "GET"));
}

TEST_F(UpstreamCallTest, PendingIsNotSentAgainWithoutBudgetOrTime) {
  while (budget_.TakeRetry()) {
  }
  loop_.WillRespond(400);
  loop_.WillRespond(200, "pending");
  EXPECT_EQ(Run(Reconciled()).attempts, 1);
  EXPECT_EQ(result_.conclusion, Conclusion::kLastAttempt);

  for (int i = 0; i < 20; ++i) budget_.AddFirstAttempt();
  completions_ = 0;
  loop_.WillRespond(409, {}, {{"retry-after", "100"}});
  loop_.WillRespond(200, "pending");
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.attempts, 1);
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_THAT(result.retry_after, Optional(Clock::duration(100s)));
}

TEST_F(UpstreamCallTest, Row3_DefaultsLeaveTimeForTheRead) {
  for (int i = 0; i < 3; ++i) loop_.WillHang();
  loop_.WillRespond(200, "done");
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.conclusion, Conclusion::kConfirmed);
  EXPECT_EQ(result.attempts, 3);
  ASSERT_EQ(loop_.sent().size(), 4U);
  EXPECT_EQ(loop_.sent()[2].at, 40s + 375ms);
  EXPECT_EQ(loop_.sent()[2].options.timeout, 55s - (40s + 375ms));
  EXPECT_EQ(loop_.sent()[3].at, 55s);
  EXPECT_EQ(loop_.sent()[3].options.timeout, 5s);
}

TEST_F(UpstreamCallTest, Row3_AQuarterOfAShortCallIsKeptForTheRead) {
  UpstreamCallSpec spec = Reconciled();
  spec.deadline = Deadline::At(loop_.Now() + 3s);
  loop_.WillHang();
  loop_.WillRespond(200, "done", {}, 700ms);
  const UpstreamResult& result = Run(std::move(spec));
  EXPECT_EQ(result.conclusion, Conclusion::kConfirmed);
  EXPECT_EQ(loop_.sent()[0].options.timeout, 2250ms);
  EXPECT_EQ(loop_.sent()[1].at, 2250ms);
}

TEST_F(UpstreamCallTest, Row3_WaitDoesNotUseTheTimeOfTheRead) {
  UpstreamCallSpec spec = Reconciled();
  spec.deadline = Deadline::At(loop_.Now() + 8s);
  loop_.WillRespond(503, {}, {{"retry-after", "6"}});
  loop_.WillRespond(200, "done");
  EXPECT_EQ(Run(std::move(spec)).conclusion, Conclusion::kConfirmed);
  EXPECT_EQ(loop_.sent()[1].at, 0s);
}

TEST_F(UpstreamCallTest, Row3_WhatCannotHaveArrivedIsNotReadWhenTimeIsUp) {
  UpstreamCallSpec spec = Reconciled();
  spec.deadline = Deadline::At(loop_.Now() + 3s);
  loop_.WillFail(TransportErrorKind::kTimeout, kUnsent, 2250ms - 1ns);
  const UpstreamResult& result = Run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::kNone);
  EXPECT_THAT(Verbs(), ElementsAre("POST"));
}

TEST_F(UpstreamCallTest, Row3_FailedReadAfterTheTimeForAttemptsIsTheDeadline) {
  UpstreamCallSpec spec = Reconciled();
  spec.deadline = Deadline::At(loop_.Now() + 8s);
  loop_.WillHang();
  loop_.WillRespond(404);
  const UpstreamResult& result = Run(std::move(spec));
  EXPECT_EQ(result.conclusion, Conclusion::kDeadlineExceeded);
  EXPECT_EQ(result.outcome, Outcome::kUnknown);
}

TEST_F(UpstreamCallTest, Row8_UnreadableSuccessIsReadAtOnce) {
  loop_.WillRespond(200, "unreadable");
  loop_.WillRespond(200, "done");
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.conclusion, Conclusion::kConfirmed);
  EXPECT_EQ(result.resource.message, "as read: done");
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET"));
}

TEST_F(UpstreamCallTest, Row8_UnreadableSuccessWithAFailedReadIsDone) {
  loop_.WillRespond(200, "unreadable");
  loop_.WillRespond(404);
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt);
  EXPECT_FALSE(result.response_class.message.has_value());
  EXPECT_EQ(result.outcome, Outcome::kDone);
}

TEST_F(UpstreamCallTest, Row8_ResponseThatMustBeTakenForCutIsRetriedLikeACutOne) {
  loop_.WillRespond(HttpResponse{.status = 200, .headers = {}, .body = {}, .may_be_cut = true});
  loop_.WillRespond(200, "whole");
  const UpstreamResult& result = Run(Idempotent());
  EXPECT_EQ(result.result->response()->body, "whole");
  EXPECT_EQ(result.attempts, 2);
  EXPECT_THAT(counts_.transfers, ElementsAre("POST broke", "POST 200"));
}

TEST_F(UpstreamCallTest, Row9_ReadIsRetriedWithABackoffOfItsOwn) {
  loop_.WillRespond(409);
  loop_.WillFail(kReset, kArrived);
  loop_.WillRespond(503);
  loop_.WillRespond(200, "finished");
  const UpstreamResult& result = Run(Reconciled());
  EXPECT_EQ(result.conclusion, Conclusion::kFinished);
  EXPECT_EQ(result.attempts, 1);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "GET", "GET"));
  EXPECT_EQ(loop_.sent()[2].at, 125ms);
  EXPECT_EQ(loop_.sent()[3].at, 375ms);
  EXPECT_TRUE(loop_.sent()[2].options.fresh_connection);
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kFinished));
}

TEST_F(UpstreamCallTest, Row9_EachReadHasItsOwnRetries) {
  loop_.WillRespond(409);
  loop_.WillRespond(503);
  loop_.WillRespond(503);
  loop_.WillRespond(200, "pending");
  loop_.WillRespond(409);
  loop_.WillRespond(503);
  loop_.WillRespond(503);
  loop_.WillRespond(200, "finished");
  EXPECT_EQ(Run(Reconciled()).conclusion, Conclusion::kFinished);
}

TEST_F(UpstreamCallTest, FailedReadChangesNothing) {
  struct Case {
    const char* what;
    std::function<void(FakeHttpLoop&)> get;
  };
  const Case cases[] = {
      {"reset", [](auto& c) { c.WillFail(kReset, kArrived); }},
      {"timeout", [](auto& c) { c.WillHang(); }},
      {"503", [](auto& c) { c.WillRespond(503, "done"); }},
      {"404", [](auto& c) { c.WillRespond(404, "done"); }},
      {"429", [](auto& c) { c.WillRespond(429); }},
      {"unreadable", [](auto& c) { c.WillRespond(200, "unreadable"); }},
      {"unknown state", [](auto& c) { c.WillRespond(200, "strange"); }},
  };
  for (const Case& wanted : cases) {
    completions_ = 0;
    Configure({.max_attempts = 1});
    loop_.WillRespond(409, "original", {{"retryable", "true"}});
    wanted.get(loop_);
    const UpstreamResult& result = Run(Reconciled());
    EXPECT_EQ(result.conclusion, Conclusion::kLastAttempt) << wanted.what;
    EXPECT_EQ(result.result->response()->body, "original") << wanted.what;
    EXPECT_FALSE(result.resource_response.has_value()) << wanted.what;
  }
  EXPECT_EQ(loop_.sent().size(), 2 * std::size(cases));
}

}  // namespace
}  // namespace gateway
