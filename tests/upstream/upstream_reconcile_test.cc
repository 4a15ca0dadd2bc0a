// What a call does when its request was refused, or when nobody knows what became of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_http_client.h"
#include "tests/upstream/upstream_call_fixture.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

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

TEST_F(UpstreamCall, ReadsWithTheRequestsHeadersButThoseOfItsBody) {
  UpstreamOrder order = Reconciled();
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

}  // namespace
}  // namespace gateway
