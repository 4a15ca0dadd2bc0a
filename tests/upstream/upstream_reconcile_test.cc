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
    client_.WillAnswer(status);
    client_.WillAnswer(200, "done");
    const UpstreamResult& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.conclusion, Conclusion::kAlreadyDone) << status;
    EXPECT_EQ(outcome.result->response()->status, status);
    EXPECT_EQ(outcome.resource->body, "done");
    EXPECT_EQ(outcome.attempts, 1);
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
      {"503", [](auto& c) { c.WillAnswer(503); }, Conclusion::kConfirmed},
      {"500 that may be retried", [](auto& c) { c.WillAnswer(500, {}, {{"retryable", "true"}}); },
       Conclusion::kConfirmed},
      {"408", [](auto& c) { c.WillAnswer(408); }, Conclusion::kConfirmed},
      {"429", [](auto& c) { c.WillAnswer(429); }, Conclusion::kAlreadyDone},
      {"no connection", [](auto& c) { c.WillFail(TransportErrorKind::kConnect, kUnsent); },
       Conclusion::kAlreadyDone},
  };
  for (const Case& wanted : cases) {
    completions_ = 0;
    wanted.first(client_);
    client_.WillAnswer(400);
    client_.WillAnswer(200, "done");
    const UpstreamResult& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.conclusion, wanted.conclusion) << wanted.what;
    EXPECT_EQ(outcome.attempts, 2) << wanted.what;
    EXPECT_EQ(outcome.resource->body, "done") << wanted.what;
  }
}

TEST_F(UpstreamCallTest, ReadsWithTheRequestsHeadersButThoseOfItsBody) {
  UpstreamCallSpec order = Reconciled();
  order.request = Request("POST", "http://upstream/cancel",
                          {{"a", "1"}, {"content-type", "text/plain"}}, "body");
  client_.WillAnswer(409);
  client_.WillAnswer(200, "done");
  Run(std::move(order));
  ASSERT_EQ(client_.sent().size(), 2U);
  const HttpRequest& read = client_.sent()[1].request;
  EXPECT_EQ(read.verb, "GET");
  EXPECT_EQ(read.url, "http://upstream/resource");
  EXPECT_THAT(read.headers, ElementsAre(Header{"a", "1"}));
  EXPECT_EQ(read.body, std::nullopt);
}

TEST_F(UpstreamCallTest, RefusedButFinishedOtherwiseSaysSo) {
  client_.WillAnswer(400);
  client_.WillAnswer(200, "finished");
  const UpstreamResult& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.conclusion, Conclusion::kFinished);
  EXPECT_EQ(outcome.resource->body, "finished");
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kFinished));
}

TEST_F(UpstreamCallTest, RefusedIsReconciledWhateverTheBodySaysOnRetrying) {
  client_.WillAnswer(409, {}, {{"retryable", "true"}});
  client_.WillAnswer(200, "done");
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
    for (int i = 0; i < 3; ++i) client_.WillFail(kReset, kArrived);
    client_.WillAnswer(200, wanted.state);
    const UpstreamResult& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.conclusion, wanted.conclusion) << wanted.state;
    EXPECT_EQ(outcome.result->error()->fault, kReset) << wanted.state;
    EXPECT_EQ(outcome.attempts, 3) << wanted.state;
    EXPECT_TRUE(client_.sent().back().options.fresh_connection);
  }
  EXPECT_EQ(client_.sent().size(), 4U * 4U);
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
      {"408", [](auto& c) { c.WillAnswer(408); }},
      {"502", [](auto& c) { c.WillAnswer(502); }},
      {"503", [](auto& c) { c.WillAnswer(503); }},
      {"504", [](auto& c) { c.WillAnswer(504); }},
  };
  for (const Case& wanted : cases) {
    completions_ = 0;
    wanted.first(client_);
    client_.WillAnswer(200, "done");
    const UpstreamResult& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.conclusion, Conclusion::kConfirmed) << wanted.what;
    EXPECT_EQ(outcome.attempts, 1) << wanted.what;
  }
}

TEST_F(UpstreamCallTest, UnknownOutcomeOfAnEarlierAttemptIsReadEvenIfTheLastWasNotSent) {
  client_.WillFail(kReset, kArrived);
  client_.WillFail(TransportErrorKind::kConnect, kUnsent);
  client_.WillFail(TransportErrorKind::kConnect, kUnsent);
  client_.WillAnswer(200, "done");
  EXPECT_EQ(Run(Reconciled()).conclusion, Conclusion::kConfirmed);
}

TEST_F(UpstreamCallTest, KnownOutcomesAreNotRead) {
  Configure({.max_attempts = 1});
  for (const int status : {200, 401, 403, 404, 429, 500}) {
    completions_ = 0;
    client_.WillAnswer(status);
    EXPECT_EQ(Run(Reconciled()).conclusion, Conclusion::kLastAttempt) << status;
  }
  completions_ = 0;
  client_.WillFail(TransportErrorKind::kConnect, kUnsent);
  Run(Reconciled());
  EXPECT_EQ(client_.sent().size(), 7U);
}

TEST_F(UpstreamCallTest, PendingIsSentAgainAfterABackoff) {
  client_.WillAnswer(400);
  client_.WillAnswer(200, "pending");
  client_.WillAnswer(200, "ok");
  const UpstreamResult& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(outcome.result->response()->body, "ok");
  EXPECT_EQ(outcome.attempts, 2);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST"));
  EXPECT_EQ(client_.sent()[2].at, 125ms);
  EXPECT_THAT(counts_.reconciled, ElementsAre(ReconcileResult::kRetried));
}

TEST_F(UpstreamCallTest, PendingUntilNoAttemptIsLeftEndsWithTheLastAnswer) {
  for (const int status : {400, 409, 422}) {
    client_.WillAnswer(status);
    client_.WillAnswer(200, "pending");
  }
  const UpstreamResult& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_EQ(outcome.result->response()->status, 422);
  EXPECT_EQ(outcome.attempts, 3);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST", "GET", "POST", "GET"));
}

TEST_F(UpstreamCallTest, PendingThenRefusedAgainIsReadAgain) {
  client_.WillAnswer(400);
  client_.WillAnswer(200, "pending");
  client_.WillAnswer(400);
  client_.WillAnswer(200, "done");
  const UpstreamResult& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.conclusion, Conclusion::kAlreadyDone);
  EXPECT_EQ(outcome.attempts, 2);
  EXPECT_THAT(Verbs(), ElementsAre("POST", "GET", "POST", "GET"));
}

TEST_F(UpstreamCallTest, PendingIsNotSentAgainWithoutBudgetOrTime) {
  while (budget_.TakeRetry()) {
  }
  client_.WillAnswer(400);
  client_.WillAnswer(200, "pending");
  EXPECT_EQ(Run(Reconciled()).attempts, 1);
  EXPECT_EQ(outcome_.conclusion, Conclusion::kLastAttempt);

  for (int i = 0; i < 20; ++i) budget_.AddFirstAttempt();
  completions_ = 0;
  client_.WillAnswer(409, {}, {{"retry-after", "100"}});
  client_.WillAnswer(200, "pending");
  const UpstreamResult& outcome = Run(Reconciled());
  EXPECT_EQ(outcome.attempts, 1);
  EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt);
  EXPECT_THAT(outcome.retry_after, Optional(Clock::duration(100s)));
}

TEST_F(UpstreamCallTest, FailedGetIsNotRepeatedAndChangesNothing) {
  struct Case {
    const char* what;
    std::function<void(FakeHttpLoop&)> get;
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
    const UpstreamResult& outcome = Run(Reconciled());
    EXPECT_EQ(outcome.conclusion, Conclusion::kLastAttempt) << wanted.what;
    EXPECT_EQ(outcome.result->response()->body, "original") << wanted.what;
    EXPECT_FALSE(outcome.resource.has_value()) << wanted.what;
  }
  EXPECT_EQ(client_.sent().size(), 2 * std::size(cases));
}

}  // namespace
}  // namespace gateway
