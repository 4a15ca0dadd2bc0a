// HTTP failures as gRPC statuses: every status of proto/README.md's table with every shape of body.
#include <gmock/gmock.h>

#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;
using testing::StartsWith;

class StatusTest : public GatewayTest {
 protected:
  StatusTest() { config.max_attempts = 1; }
};

struct Mapping {
  int http;
  StatusCode code;
};
const Mapping kMappings[] = {
    {400, StatusCode::INVALID_ARGUMENT},
    {401, StatusCode::UNAUTHENTICATED},
    {402, StatusCode::FAILED_PRECONDITION},
    {403, StatusCode::PERMISSION_DENIED},
    {404, StatusCode::NOT_FOUND},
    {405, StatusCode::UNIMPLEMENTED},
    {406, StatusCode::INTERNAL},
    {408, StatusCode::UNAVAILABLE},
    {409, StatusCode::ABORTED},
    {410, StatusCode::NOT_FOUND},
    {412, StatusCode::FAILED_PRECONDITION},
    {413, StatusCode::INVALID_ARGUMENT},
    {415, StatusCode::INTERNAL},
    {416, StatusCode::OUT_OF_RANGE},
    {418, StatusCode::FAILED_PRECONDITION},
    {422, StatusCode::INVALID_ARGUMENT},
    {423, StatusCode::FAILED_PRECONDITION},
    {425, StatusCode::UNAVAILABLE},
    {429, StatusCode::RESOURCE_EXHAUSTED},
    {431, StatusCode::INTERNAL},
    {451, StatusCode::FAILED_PRECONDITION},
    {499, StatusCode::CANCELLED},
    {500, StatusCode::INTERNAL},
    {501, StatusCode::UNIMPLEMENTED},
    {502, StatusCode::UNAVAILABLE},
    {503, StatusCode::UNAVAILABLE},
    {504, StatusCode::UNAVAILABLE},
    {505, StatusCode::INTERNAL},
    {507, StatusCode::INTERNAL},
    {511, StatusCode::INTERNAL},
    {599, StatusCode::INTERNAL},
    {300, StatusCode::UNKNOWN},
    {302, StatusCode::UNKNOWN},
    {600, StatusCode::UNKNOWN},
};

struct Shape {
  std::string body;
  std::string message;  // Empty: the gateway's own.
  std::string reason;   // Empty: HTTP_<status>.
};
const Shape kShapes[] = {
    {R"({"code":"SOME_CODE","message":"text"})", "text", "SOME_CODE"},
    {R"({"error":{"code":"SOME_CODE","message":"text"}})", "text", "SOME_CODE"},
    {R"({"success":false,"error":"text"})", "text", ""},
    {R"({"error":"text"})", "text", ""},
    {R"({"code":"not a reason","message":"text"})", "text", ""},
    {R"({"code":7,"message":[]})", "", ""},
    {"<html><body>Bad Gateway</body></html>", "", ""},
    {"", "", ""},
    {R"({"code":"SOME_CO)", "", ""},
    {"{}", "", ""},
    {"null", "", ""},
};

TEST_F(StatusTest, EveryHttpStatusWithEveryShapeOfBody) {
  for (const auto& [http, code] : kMappings) {
    for (const Shape& shape : kShapes) {
      AnswerAlways(http, shape.body, {{"x-extend-request-id", "req_1"}});
      const auto answer = Get();
      const std::string where = std::to_string(http) + " " + shape.body;
      EXPECT_EQ(answer.status.error_code(), code) << where;
      const std::string own = "upstream answered HTTP " + std::to_string(http);
      EXPECT_EQ(answer.status.error_message(), shape.message.empty() ? own : shape.message)
          << where;
      const auto info = ErrorInfoOf(answer.status);
      EXPECT_EQ(info.reason(), shape.reason.empty() ? "HTTP_" + std::to_string(http) : shape.reason)
          << where;
      EXPECT_EQ(info.domain(), "api.extend.ai");
      EXPECT_EQ(info.metadata().at("httpStatus"), std::to_string(http));
      EXPECT_EQ(info.metadata().at("attempts"), "1");
      EXPECT_EQ(info.metadata().at("requestId"), "req_1");
      EXPECT_EQ(ValueOf(answer.initial, "x-extend-request-id"), "req_1");
      EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
    }
  }
}

TEST_F(StatusTest, BodysWordOnRetryableCounts) {
  AnswerAlways(500, R"({"code":"INTERNAL_ERROR","message":"m","retryable":true})");
  EXPECT_EQ(Get().status.error_code(), StatusCode::UNAVAILABLE);
  AnswerAlways(503, R"({"code":"DOWN","message":"m","retryable":false})");
  EXPECT_EQ(Get().status.error_code(), StatusCode::INTERNAL);
}

TEST_F(StatusTest, DetailsTellRequestIdHelpAndRetry) {
  AnswerAlways(429,
               R"({"code":"RATE_LIMIT_EXCEEDED","message":"slow down","retryable":true,)"
               R"("requestId":"req_b","docUrl":"https://docs.example/rate"})",
               {{"Retry-After", "7"}});
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  const auto request = DetailOf<google::rpc::RequestInfo>(answer.status);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->request_id(), "req_b");
  const auto help = DetailOf<google::rpc::Help>(answer.status);
  ASSERT_TRUE(help);
  EXPECT_EQ(help->links(0).url(), "https://docs.example/rate");
  const auto retry = DetailOf<google::rpc::RetryInfo>(answer.status);
  ASSERT_TRUE(retry);
  EXPECT_EQ(retry->retry_delay().seconds(), 7);
  EXPECT_EQ(ValueOf(answer.trailing, "grpc-retry-pushback-ms"), "7000");
}

TEST_F(StatusTest, HugeErrorsStayWithinWhatClientsAccept) {
  const std::string huge(100'000, 'x');
  AnswerAlways(400, R"({"code":"C","message":")" + huge + R"(","docUrl":"https://e.example/)" +
                        huge + R"(","requestId":")" + huge + R"("})");
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(answer.status.error_message().size(), 1024U);
  EXPECT_LE(answer.status.error_details().size(), 4096U);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "C");
}

TEST_F(StatusTest, RedirectsAreNotFollowed) {
  AnswerAlways(302, "", {{"Location", upstream.url() + "/elsewhere"}});
  EXPECT_EQ(Get().status.error_code(), StatusCode::UNKNOWN);
  EXPECT_EQ(upstream.counters().requests, 1);
}

TEST_F(StatusTest, RefusedConnectionIsUnavailable) {
  config.upstream_url = "http://127.0.0.1:1";
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_CONNECT");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
}

TEST_F(StatusTest, BrokenAnswersAreUnavailable) {
  const std::pair<std::string, Script> cases[] = {
      {"reset before the answer", {Reset()}},
      {"closed before the answer", {Close()}},
      {"cut within the headers", {Send("HTTP/1.1 200 OK\r\nContent-Le"), Close()}},
      {"cut within the body", {Send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), Close()}},
      {"cut within a chunk",
       {Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"), Close()}},
  };
  for (const auto& [what, script] : cases) {
    upstream.OnRequest([steps = script](const ReceivedRequest&) { return steps; });
    const auto answer = Get();
    EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE) << what;
    EXPECT_THAT(ErrorInfoOf(answer.status).reason(), StartsWith("TRANSPORT_")) << what;
    EXPECT_THAT(answer.status.error_message(), testing::Not(HasSubstr("test-key")));
  }
}

}  // namespace
}  // namespace gateway
