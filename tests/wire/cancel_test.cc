// Cancelling a run: what goes out, what comes back, and what a refused or lost cancel becomes.
#include <gmock/gmock.h>

#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using extend::v1::RUN_STATUS_CANCELLED;
using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::UnorderedElementsAre;

using CancelTest = GatewayTest;

std::string RunIn(const std::string& status) {
  return R"({"object":"split_run","id":"splr_1","status":")" + status + R"("})";
}

std::string Refusal(int status) {
  return HttpReply(status, R"({"code":"INVALID_REQUEST","message":"cannot be cancelled again",)"
                           R"("retryable":false,"requestId":"req_r"})");
}

const std::string kPost = "POST /split_runs/splr_1/cancel";
const std::string kGet = "GET /split_runs/splr_1";

TEST_F(CancelTest, AnswersWithTheRunFieldByField) {
  AnswerAlways(200, R"({
    "object": "split_run", "id": "splr_1", "status": "CANCELLED",
    "splitter": {"object": "splitter", "id": "spl_1", "name": "Invoices",
                 "createdAt": "2024-03-21T16:45:00Z", "updatedAt": "2024-03-21T16:45:00.5Z"},
    "splitterVersion": null, "output": null, "failureReason": null,
    "metadata": {"a": [1, {"b": null}]}, "reviewed": false, "edited": true,
    "config": {"splitClassifications": [{"id": "c1", "type": "t", "description": "d"}],
               "parseConfig": {"target": "markdown"}},
    "file": {"object": "file", "id": "file_1", "name": "a.pdf", "type": "PDF",
             "metadata": {"pageCount": 7}},
    "dashboardUrl": "https://dashboard.example/splr_1", "usage": {"credits": 1.5},
    "createdAt": "2024-03-21T16:45:00Z", "aNewKey": {"x": 1}})",
               {{"X-Extend-Request-Id", "req_1"}});
  const auto answer = Cancel();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  const extend::v1::SplitRun& run = answer.message;
  EXPECT_EQ(run.object(), "split_run");
  EXPECT_EQ(run.id(), "splr_1");
  EXPECT_EQ(run.status(), RUN_STATUS_CANCELLED);
  EXPECT_EQ(run.splitter().name(), "Invoices");
  EXPECT_EQ(run.splitter().updated_at().nanos(), 500'000'000);
  EXPECT_FALSE(run.has_splitter_version());
  EXPECT_FALSE(run.has_failure_reason());
  EXPECT_EQ(run.metadata().fields().at("a").list_value().values_size(), 2);
  EXPECT_TRUE(run.edited());
  EXPECT_EQ(run.config().split_classifications(0).type(), "t");
  EXPECT_EQ(run.config().parse_config().fields().at("target").string_value(), "markdown");
  EXPECT_EQ(run.file().type(), extend::v1::FILE_TYPE_PDF);
  EXPECT_EQ(run.file().metadata().page_count(), 7);
  EXPECT_EQ(run.usage().credits(), 1.5);
  EXPECT_EQ(run.created_at().seconds(), 1711039500);
  EXPECT_EQ(ValueOf(answer.initial, "x-extend-request-id"), "req_1");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
}

TEST_F(CancelTest, SendsExactlyThisRequest) {
  AnswerAlways(200, RunIn("CANCELLED"));
  ASSERT_TRUE(Cancel("splr_Xj8mK2pL9nR4vT7qY5wZ").status.ok());
  ASSERT_EQ(upstream.requests().size(), 1U);
  const ReceivedRequest request = upstream.requests()[0];
  EXPECT_THAT(request.head, testing::StartsWith(
                                "POST /split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ/cancel HTTP/1.1\r\n"));
  EXPECT_EQ(request.body, "");
  std::map<std::string, std::string> headers;
  for (const Header& header : request.headers) {
    EXPECT_TRUE(headers.emplace(header.name, header.value).second) << "twice: " << header.name;
  }
  headers.erase("accept-encoding");
  EXPECT_THAT(headers,
              UnorderedElementsAre(
                  std::pair("host", "127.0.0.1:" + std::to_string(upstream.port())),
                  std::pair("content-length", "0"), std::pair("accept", "application/json"),
                  std::pair("authorization", "Bearer test-key"),
                  std::pair("x-extend-api-version", "2026-02-09"),
                  testing::Pair("user-agent", testing::StartsWith("extend-gateway/")),
                  testing::Pair("traceparent", MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-00"))));
}

TEST_F(CancelTest, RunThatStaysInProcessingIsPassedOnAsItIs) {
  AnswerAlways(200, RunIn("PROCESSING"));
  const auto answer = Cancel();
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.message.status(), extend::v1::RUN_STATUS_PROCESSING);
}

TEST_F(CancelTest, StatusThatWeDoNotKnowDoesNotFailTheCall) {
  AnswerAlways(200, RunIn("PAUSED"));
  const auto answer = Cancel();
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.message.status(), extend::v1::RUN_STATUS_UNSPECIFIED);
}

TEST_F(CancelTest, LostAnswerOfACancelThatWorkedIsOk) {
  upstream.OnRequest(InOrder({{Reset()},
                              {Send(HttpReply(400, R"({"code":"INVALID_REQUEST"})"))},
                              {Send(HttpReply(200, RunIn("CANCELLED")))}}));
  const auto answer = Cancel();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.message.status(), RUN_STATUS_CANCELLED);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "2");
  EXPECT_THAT(Targets(upstream), ElementsAre(kPost, kPost, kGet));
}

TEST_F(CancelTest, AllAnswersLostIsOkWhenTheRunIsCancelled) {
  config.max_attempts = 1;
  upstream.OnRequest(InOrder({{Reset()}, {Send(HttpReply(200, RunIn("CANCELLED")))}}));
  const auto answer = Cancel();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_THAT(Targets(upstream), ElementsAre(kPost, kGet));
}

TEST_F(CancelTest, RefusedBecauseAnotherHasCancelledIsAlreadyCancelled) {
  for (const int http : {400, 409, 422}) {
    upstream.OnRequest([http](const ReceivedRequest& request) -> Script {
      return {Send(request.verb == "POST" ? Refusal(http) : HttpReply(200, RunIn("CANCELLED")))};
    });
    const auto answer = Cancel();
    EXPECT_EQ(answer.status.error_code(), StatusCode::FAILED_PRECONDITION) << http;
    const auto info = ErrorInfoOf(answer.status);
    EXPECT_EQ(info.reason(), "ALREADY_CANCELLED");
    EXPECT_EQ(info.domain(), "api.extend.ai");
    EXPECT_EQ(info.metadata().at("status"), "CANCELLED");
    EXPECT_EQ(info.metadata().at("httpStatus"), std::to_string(http));
    EXPECT_EQ(info.metadata().at("attempts"), "1");
    EXPECT_EQ(info.metadata().at("requestId"), "req_r");
  }
}

// ---- CANCELLING

TEST_F(CancelTest, Row7_RefusedWhileAnothersCancelIsUnderWayIsAlreadyCancelled) {
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    return {Send(request.verb == "POST" ? Refusal(409) : HttpReply(200, RunIn("CANCELLING")))};
  });
  const auto answer = Cancel();
  EXPECT_EQ(answer.status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "ALREADY_CANCELLED");
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("status"), "CANCELLING");
}

TEST_F(CancelTest, Row7_LostResponseOfACancelThatIsUnderWayIsOk) {
  config.max_attempts = 1;
  upstream.OnRequest(InOrder({{Reset()}, {Send(HttpReply(200, RunIn("CANCELLING")))}}));
  const auto answer = Cancel();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.message.status(), extend::v1::RUN_STATUS_CANCELLING);
}

TEST_F(CancelTest, Row7_SuccessIsPassedOnWhateverItsStatus) {
  for (const std::string state : {"CANCELLING", "PROCESSED", "FAILED", "PENDING"}) {
    AnswerAlways(200, RunIn(state));
    EXPECT_TRUE(Cancel().status.ok()) << state;
  }
}

// ---- A success that shows no run

TEST_F(CancelTest, Row8_SuccessThatShowsNoRunIsRead) {
  const std::string replies[] = {
      HttpReply(200),           HttpReply(204),
      HttpReply(200, "<html>"), HttpReply(200, R"({"id":"splr_1",)"),
      HttpReply(200, " \r\n"),  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"};
  for (const std::string& reply : replies) {
    const auto before = Targets(upstream).size();
    upstream.OnRequest([&reply](const ReceivedRequest& request) -> Script {
      return {Send(request.verb == "POST" ? reply : HttpReply(200, RunIn("CANCELLED")))};
    });
    const auto answer = Cancel();
    ASSERT_TRUE(answer.status.ok()) << reply << answer.status.error_message();
    EXPECT_EQ(answer.message.status(), RUN_STATUS_CANCELLED) << reply;
    EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
    EXPECT_EQ(Targets(upstream).size(), before + 2) << reply;
  }
}

TEST_F(CancelTest, Row8_SuccessThatShowsNoRunIsAnInvalidResponseWhenTheReadFails) {
  for (const std::string& reply : {HttpReply(200), HttpReply(204), HttpReply(200, "<html>")}) {
    upstream.OnRequest([&reply](const ReceivedRequest& request) -> Script {
      return {Send(request.verb == "POST" ? reply : HttpReply(404, ""))};
    });
    const auto answer = Cancel();
    EXPECT_EQ(answer.status.error_code(), StatusCode::INTERNAL) << reply;
    const auto info = ErrorInfoOf(answer.status);
    EXPECT_EQ(info.reason(), "GATEWAY_INVALID_RESPONSE") << reply;
    EXPECT_EQ(info.metadata().at("outcome"), "done") << reply;
  }
}

TEST_F(CancelTest, Row8_SuccessThatShowsNoRunOfARunThatHasEndedIsNotCancellable) {
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    return {Send(request.verb == "POST" ? HttpReply(200) : HttpReply(200, RunIn("PROCESSED")))};
  });
  const auto answer = Cancel();
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "NOT_CANCELLABLE");
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("outcome"), "none");
}

TEST_F(CancelTest, Row8_EmptySuccessOfAMethodThatIsNotReconciledIsOkAndEmpty) {
  AnswerAlways(HttpReply(204));
  EXPECT_TRUE(Get().status.ok());
  AnswerAlways(HttpReply(200));
  EXPECT_TRUE(Create().status.ok());
}

// ---- A read that fails

TEST_F(CancelTest, Row9_ReadThatFailsIsRetried) {
  const Script failures[] = {{Send(HttpReply(503, ""))}, {Reset()}, {Send(HttpReply(429, ""))}};
  for (const Script& failure : failures) {
    int gets = 0;
    upstream.OnRequest([&](const ReceivedRequest& request) -> Script {
      if (request.verb == "POST") return {Send(Refusal(409))};
      return ++gets < 3 ? failure : Script{Send(HttpReply(200, RunIn("PROCESSED")))};
    });
    const auto answer = Cancel();
    EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "NOT_CANCELLABLE");
    EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
    EXPECT_EQ(gets, 3);
  }
}

TEST_F(CancelTest, Row9_ReadIsDoneAsOftenAsAttemptsAreAllowed) {
  for (const int attempts : {1, 2}) {
    StopGateway();
    config.max_attempts = attempts;
    int gets = 0;
    upstream.OnRequest([&](const ReceivedRequest& request) -> Script {
      if (request.verb == "POST") return {Send(Refusal(409))};
      ++gets;
      return {Send(HttpReply(503, ""))};
    });
    const auto answer = Cancel();
    EXPECT_EQ(answer.status.error_code(), StatusCode::ABORTED);
    EXPECT_EQ(gets, attempts);
  }
}

// ---- Time for the read

TEST_F(CancelTest, Row3_TimeIsKeptForTheRead) {
  struct Times {
    std::chrono::milliseconds timeout, attempt, callers;
  };
  using std::chrono::milliseconds;
  // In the proportions of the defaults; with one long attempt; with a caller who has less time.
  for (const Times& times : {Times{milliseconds(1200), milliseconds(400), kPatience},
                             {milliseconds(800), milliseconds(60000), kPatience},
                             {milliseconds(60000), milliseconds(20000), milliseconds(800)}}) {
    StopGateway();
    config.timeout = times.timeout;
    config.attempt_timeout = times.attempt;
    upstream.OnRequest([](const ReceivedRequest& request) -> Script {
      if (request.verb == "POST") return {Stall()};
      return {Send(HttpReply(200, RunIn("CANCELLED")))};
    });
    const auto answer = Cancel("splr_1", {}, times.callers);
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_EQ(answer.message.status(), RUN_STATUS_CANCELLED);
  }
}

TEST_F(CancelTest, RefusedBecauseTheRunHasEndedIsNotCancellable) {
  for (const std::string state : {"PROCESSED", "FAILED"}) {
    upstream.OnRequest([state](const ReceivedRequest& request) -> Script {
      return {Send(request.verb == "POST" ? Refusal(400) : HttpReply(200, RunIn(state)))};
    });
    const auto answer = Cancel();
    EXPECT_EQ(answer.status.error_code(), StatusCode::FAILED_PRECONDITION) << state;
    EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "NOT_CANCELLABLE");
    EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("status"), state);
  }
}

TEST_F(CancelTest, RefusedWhileStillProcessingIsTriedAgainUntilAttemptsEnd) {
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    return {Send(request.verb == "POST" ? Refusal(409) : HttpReply(200, RunIn("PROCESSING")))};
  });
  const auto answer = Cancel();
  EXPECT_EQ(answer.status.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
}

TEST_F(CancelTest, RefusalStandsWhenTheReadFails) {
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    return {Send(request.verb == "POST" ? Refusal(400) : HttpReply(500, ""))};
  });
  const auto answer = Cancel();
  EXPECT_EQ(answer.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "INVALID_REQUEST");
  EXPECT_EQ(answer.status.error_message(), "cannot be cancelled again");
  EXPECT_THAT(Targets(upstream), ElementsAre(kPost, kGet));
}

TEST_F(CancelTest, UnknownRunIsNotFoundWithoutAnyReading) {
  AnswerAlways(404, R"({"code":"NOT_FOUND","message":"no such run","retryable":false})");
  const auto answer = Cancel();
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.status.error_message(), "no such run");
  EXPECT_THAT(Targets(upstream), ElementsAre(kPost));
}

TEST_F(CancelTest, UnavailableUpstreamIsTriedAgain) {
  upstream.OnRequest(InOrder({{Send(HttpReply(503, ""))},
                              {Send(HttpReply(502, "<html>bad gateway</html>"))},
                              {Send(HttpReply(200, RunIn("CANCELLED")))}}));
  const auto answer = Cancel();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
}

TEST_F(CancelTest, DeleteThatFindsNothingAfterALostAnswerIsOk) {
  upstream.OnRequest(InOrder({{Reset()}, {Send(HttpReply(404, R"({"code":"NOT_FOUND"})"))}}));
  extend::v1::DeleteSplitRunRequest request;
  request.set_id("splr_1");
  const auto answer = Call(&Stub::DeleteSplitRun, request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.message.id(), "");
}

TEST_F(CancelTest, CreatingIsNeverRepeatedOnceItMayHaveArrived) {
  upstream.OnRequest([](const ReceivedRequest&) -> Script { return {Reset()}; });
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(upstream.counters().requests, 1);
  EXPECT_THAT(ErrorInfoOf(answer.status).reason(), HasSubstr("TRANSPORT_"));
}

}  // namespace
}  // namespace gateway
