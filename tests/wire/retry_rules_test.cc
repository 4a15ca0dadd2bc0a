// What is sent again and what is not, as upstream and caller see it. How long the waits are is in
// retry_waits_test.cc.
#include <gmock/gmock.h>

#include <future>

#include "tests/support/http2_frames.h"
#include "tests/support/test_certificate.h"
#include "tests/wire/manual_time_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

const std::string kRun = R"({"id":"splr_1"})";

std::string Failure(int status, const std::string& retryable) {
  return HttpReply(status, R"({"code":"SOME_CODE","retryable":)" + retryable + "}");
}

/// What the first attempt meets; any other one would succeed.
struct Fault {
  std::string name;
  Script script;
  bool repeated_if_idempotent;
  bool repeated_if_unset;
  /// What the caller gets when it is not repeated.
  StatusCode code;
  std::string reason;
};

const Fault kFaults[] = {
    {"Http408", {Send(HttpReply(408))}, true, false, StatusCode::UNAVAILABLE, "HTTP_408"},
    {"Http425", {Send(HttpReply(425))}, true, false, StatusCode::UNAVAILABLE, "HTTP_425"},
    {"Http429", {Send(HttpReply(429))}, true, true, StatusCode::RESOURCE_EXHAUSTED, "HTTP_429"},
    {"Http502", {Send(HttpReply(502))}, true, false, StatusCode::UNAVAILABLE, "HTTP_502"},
    {"Http503", {Send(HttpReply(503))}, true, false, StatusCode::UNAVAILABLE, "HTTP_503"},
    {"Http504", {Send(HttpReply(504))}, true, false, StatusCode::UNAVAILABLE, "HTTP_504"},
    {"Http302", {Send(HttpReply(302))}, false, false, StatusCode::UNKNOWN, "HTTP_302"},
    {"Http400", {Send(HttpReply(400))}, false, false, StatusCode::INVALID_ARGUMENT, "HTTP_400"},
    {"Http401", {Send(HttpReply(401))}, false, false, StatusCode::UNAUTHENTICATED, "HTTP_401"},
    {"Http404", {Send(HttpReply(404))}, false, false, StatusCode::NOT_FOUND, "HTTP_404"},
    {"Http409", {Send(HttpReply(409))}, false, false, StatusCode::ABORTED, "HTTP_409"},
    {"Http500", {Send(HttpReply(500))}, false, false, StatusCode::INTERNAL, "HTTP_500"},
    {"Http501", {Send(HttpReply(501))}, false, false, StatusCode::UNIMPLEMENTED, "HTTP_501"},
    // The body's own word.
    {"Http500Retryable",
     {Send(Failure(500, "true"))},
     true,
     false,
     StatusCode::UNAVAILABLE,
     "SOME_CODE"},
    {"Http409Retryable",
     {Send(Failure(409, "true"))},
     true,
     false,
     StatusCode::UNAVAILABLE,
     "SOME_CODE"},
    {"Http400Retryable",
     {Send(Failure(400, "true"))},
     false,
     false,
     StatusCode::INVALID_ARGUMENT,
     "SOME_CODE"},
    {"Http503NotRetryable",
     {Send(Failure(503, "false"))},
     false,
     false,
     StatusCode::INTERNAL,
     "SOME_CODE"},
    {"Http408NotRetryable",
     {Send(Failure(408, "false"))},
     false,
     false,
     StatusCode::INTERNAL,
     "SOME_CODE"},
    {"Http429NotRetryable",
     {Send(Failure(429, "false"))},
     true,
     true,
     StatusCode::RESOURCE_EXHAUSTED,
     "SOME_CODE"},
    // No answer, or none that can be used.
    {"Reset", {Reset()}, true, false, StatusCode::UNAVAILABLE, "TRANSPORT_RESET"},
    {"Close", {Close()}, true, false, StatusCode::UNAVAILABLE, "TRANSPORT_RESET"},
    {"CutShort",
     {Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), Close()},
     true,
     false,
     StatusCode::UNAVAILABLE,
     "TRANSPORT_TRUNCATED"},
    {"NotHttp",
     {Send("SSH-2.0-OpenSSH\r\n\r\n"), Close()},
     true,
     false,
     StatusCode::UNAVAILABLE,
     "TRANSPORT_MALFORMED"},
    {"AttemptTimeout",
     {Stall()},
     true,
     false,
     StatusCode::UNAVAILABLE,
     "TRANSPORT_ATTEMPT_TIMEOUT"},
    {"TooLarge",
     {Send(HttpReply(200, std::string(5000, ' ')))},
     false,
     false,
     StatusCode::RESOURCE_EXHAUSTED,
     "TRANSPORT_RESPONSE_TOO_LARGE"},
    {"NotJson",
     {Send(HttpReply(200, "<html>"))},
     false,
     false,
     StatusCode::INTERNAL,
     "GATEWAY_INVALID_RESPONSE"},
};

class RetryRulesTest : public ManualTimeTest {
 protected:
  Answer<extend::v1::DeleteSplitRunResponse> Delete() {
    extend::v1::DeleteSplitRunRequest request;
    request.set_id("splr_1");
    return Call(&Stub::DeleteSplitRun, request);
  }
};

class RetryFaultsTest : public RetryRulesTest, public testing::WithParamInterface<Fault> {
 protected:
  RetryFaultsTest() {
    config.attempt_timeout = 200ms;
    config.max_response_bytes = 4000;
    upstream.OnRequest(InOrder({GetParam().script, {Send(HttpReply(200, kRun))}}));
  }

  template <class Answer>
  void Expect(const Answer& answer, bool repeated) {
    const Fault& fault = GetParam();
    EXPECT_EQ(answer.status.error_code(), repeated ? StatusCode::OK : fault.code)
        << answer.status.error_message();
    EXPECT_EQ(upstream.counters().requests, repeated ? 2 : 1);
    EXPECT_THAT(time.waits(), SizeIs(repeated ? 1 : 0));
    EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), repeated ? "2" : "1");
    if (repeated) return;
    EXPECT_EQ(ErrorInfoOf(answer.status).reason(), fault.reason);
    EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("attempts"), "1");
    EXPECT_EQ(RetryDelayOf(answer.status), std::nullopt);
    EXPECT_EQ(ValueOf(answer.trailing, "grpc-retry-pushback-ms"), "none");
  }
};

TEST_P(RetryFaultsTest, OfACallWithoutSideEffects) {
  Expect(Get(), GetParam().repeated_if_idempotent);
}

TEST_P(RetryFaultsTest, OfAnIdempotentCall) { Expect(Delete(), GetParam().repeated_if_idempotent); }

TEST_P(RetryFaultsTest, OfACallThatMustNotBeProcessedTwice) {
  Expect(Create(), GetParam().repeated_if_unset);
}

INSTANTIATE_TEST_SUITE_P(Errors, RetryFaultsTest, testing::ValuesIn(kFaults),
                         [](const auto& fault) { return fault.param.name; });

TEST_F(RetryRulesTest, WhatWasNeverSentIsRepeatedWhateverTheMethod) {
  config.upstream_url = "http://127.0.0.1:1";
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_CONNECT");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_THAT(time.waits(), ElementsAre(125ms, 250ms));
}

TEST_F(RetryRulesTest, FailedHandshakeIsRepeatedWhateverTheMethodAndSendsNothing) {
  const TestCertificate certificate = MakeTestCertificate("nobody we trust");
  ScriptedUpstream stranger(ServerTls{.certificate_pem = certificate.certificate_pem,
                                      .key_pem = certificate.key_pem,
                                      .client_ca_pem = "",
                                      .http2 = false});
  config.upstream_url = stranger.url();
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_TLS");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_TRUE(stranger.WaitFor([](const auto& now) { return now.accepted == 3; }));
  EXPECT_EQ(stranger.counters().requests, 0);
}

TEST_F(RetryRulesTest, RefusedHttp2StreamIsRepeatedWhateverTheMethod) {
  config.upstream_http = HttpVersion::kHttp2;
  upstream.OnRequest([](const ReceivedRequest&) -> Script {
    return {http2::Hello(), http2::AwaitHead(1), http2::ResetStream(1, http2::kRefusedStream),
            Stall()};
  });
  extend::v1::CreateSplitRunRequest request;
  request.mutable_file()->set_url("https://files.example/a.pdf");
  const auto answer = Create(request);
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_REFUSED_STREAM");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_THAT(time.waits(), ElementsAre(125ms, 250ms));
}

TEST_F(RetryRulesTest, LastAnswerIsTheCallersWhenNoAttemptIsLeft) {
  upstream.OnRequest(InOrder(
      {{Send(HttpReply(502))}, {Reset()}, {Send(HttpReply(504))}, {Send(HttpReply(200, kRun))}}));
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "HTTP_504");
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("attempts"), "3");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_EQ(upstream.counters().requests, 3);
}

TEST_F(RetryRulesTest, EachAttemptSendsTheSameRequest) {
  upstream.OnRequest(
      InOrder({{Send(HttpReply(429))}, {Send(HttpReply(429))}, {Send(HttpReply(200, kRun))}}));
  extend::v1::CreateSplitRunRequest request;
  request.mutable_file()->set_url("https://files.example/a.pdf");
  EXPECT_TRUE(Create(request).status.ok());
  const auto requests = upstream.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_THAT(requests[0].body, testing::HasSubstr("files.example"));
  for (const ReceivedRequest& sent : requests) {
    EXPECT_EQ(sent.head, requests[0].head);
    EXPECT_EQ(sent.body, requests[0].body);
  }
}

TEST_F(RetryRulesTest, OneAttemptMeansNoRetry) {
  config.max_attempts = 1;
  for (const Script& fault : {Script{Send(HttpReply(503))}, {Send(HttpReply(429))}, {Reset()}}) {
    upstream.OnRequest(InOrder({fault}));
    const int before = upstream.counters().requests;
    EXPECT_EQ(ValueOf(Get().trailing, "x-gateway-attempts"), "1");
    EXPECT_EQ(upstream.counters().requests, before + 1);
  }
  EXPECT_THAT(time.waits(), IsEmpty());
}

TEST_F(RetryRulesTest, BudgetOfTenTokensEndsRetriesUntilFirstAttemptsHaveEarnedOne) {
  AnswerAlways(503, "");
  std::vector<std::string> attempts;
  // Methods share the budget, as they share the upstream.
  for (int i = 0; i < 11; ++i) {
    attempts.push_back(
        ValueOf(i % 2 == 0 ? Get().trailing : Delete().trailing, "x-gateway-attempts"));
  }
  // Each call earns a tenth of a token, up to ten, and each retry costs one.
  EXPECT_THAT(attempts, ElementsAre("3", "3", "3", "3", "3", "1", "1", "1", "1", "1", "2"));
  EXPECT_EQ(upstream.counters().requests, 5 * 3 + 5 * 1 + 2);
}

TEST_F(RetryRulesTest, EmptyBudgetLeavesTheAnswerAsItIs) {
  AnswerAlways(503, "");
  for (int i = 0; i < 5; ++i) Get();
  const std::size_t waits_before = time.waits().size();
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "HTTP_503");
  EXPECT_EQ(RetryDelayOf(answer.status), std::nullopt);
  EXPECT_EQ(time.waits().size(), waits_before);
}

TEST_F(RetryRulesTest, OnlyABrokenConnectionMakesTheRetryOpenAFreshOne) {
  // Three kept connections for each of the two loops: one breaks, one goes with libcurl's own
  // second try, which is stopped, and a retry could take the third.
  upstream.OnRequest(
      [](const ReceivedRequest&) { return Script{Stall(), Send(HttpReply(200, kRun))}; });
  stub();
  constexpr int kKept = 6;
  std::vector<std::future<Answer<extend::v1::SplitRun>>> calls;
  for (int i = 0; i < kKept; ++i) {
    calls.push_back(std::async(std::launch::async, [this] { return Get(); }));
  }
  ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == kKept; }));
  upstream.Release();
  for (auto& call : calls) ASSERT_TRUE(call.get().status.ok());
  ASSERT_EQ(upstream.counters().accepted, kKept);

  const auto fail_the_next = [this](const Step& fault) {
    upstream.OnRequest(
        [fault, next = upstream.counters().requests](const ReceivedRequest& request) {
          return Script{request.number == next ? fault : Send(HttpReply(200, kRun))};
        });
  };
  fail_the_next(Send(HttpReply(503)));
  EXPECT_EQ(ValueOf(Get().trailing, "x-gateway-attempts"), "2");
  EXPECT_EQ(upstream.counters().accepted, kKept);

  fail_the_next(Reset());
  EXPECT_EQ(ValueOf(Get().trailing, "x-gateway-attempts"), "2");
  EXPECT_EQ(upstream.counters().accepted, kKept + 1);
  EXPECT_EQ(upstream.requests().back().connection, kKept);
}

// ---- DELETE

TEST_F(RetryRulesTest, DeleteThatFindsNothingIsASuccessIfItMayHaveBeenTheOneThatDeleted) {
  config.attempt_timeout = 200ms;
  const Script not_found = {Send(HttpReply(404, R"({"code":"NO_RUN"})"))};
  const std::pair<std::string, Script> cases[] = {{"reset", {Reset()}},
                                                  {"attempt timeout", {Stall()}},
                                                  {"503", {Send(HttpReply(503))}},
                                                  {"408", {Send(HttpReply(408))}}};
  for (const auto& [what, first] : cases) {
    upstream.OnRequest(
        [first, not_found, next = upstream.counters().requests](const ReceivedRequest& request) {
          return request.number == next ? first : not_found;
        });
    const auto answer = Delete();
    EXPECT_TRUE(answer.status.ok()) << what << ": " << answer.status.error_message();
    EXPECT_EQ(answer.message.ByteSizeLong(), 0U) << what;
    EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "2") << what;
  }
  EXPECT_THAT(Targets(upstream), testing::AllOf(SizeIs(8), Each("DELETE /split_runs/splr_1")));
}

TEST_F(RetryRulesTest, DeleteThatFindsNothingIsNotFoundIfNoAttemptCanHaveDeleted) {
  const Script not_found = {Send(HttpReply(404, R"({"code":"NO_RUN"})"))};
  upstream.OnRequest(InOrder({not_found}));
  EXPECT_EQ(Delete().status.error_code(), StatusCode::NOT_FOUND);

  upstream.OnRequest([&](const ReceivedRequest& request) {
    return request.number == 1 ? Script{Send(HttpReply(429))} : not_found;
  });
  const auto answer = Delete();
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "NO_RUN");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "2");
}

TEST_F(RetryRulesTest, OtherMethodsThatFindNothingAfterALostAnswerAreNotFound) {
  upstream.OnRequest(InOrder({{Reset()}, {Send(HttpReply(404))}}));
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "2");
}

}  // namespace
}  // namespace gateway
