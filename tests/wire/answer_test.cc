// Successful answers, and answers that only look so.
#include <gmock/gmock.h>

#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;
using testing::Not;

using AnswerTest = GatewayTest;

TEST_F(AnswerTest, NoContentIsAnEmptyMessage) {
  for (const std::string& reply :
       {HttpReply(204), HttpReply(200, ""), HttpReply(202, ""), HttpReply(205, "")}) {
    AnswerAlways(reply);
    const auto answer = Get();
    EXPECT_TRUE(answer.status.ok()) << reply << answer.status.error_message();
    EXPECT_EQ(answer.message.ByteSizeLong(), 0U);
  }
}

TEST_F(AnswerTest, SuccessThatIsNotThePromisedJsonIsInternalAndSaysWhatCame) {
  const std::string secret = "s3cret";
  const std::string bodies[] = {
      "<html>" + secret + "</html>",
      R"({"id": ")" + secret,
      R"(")" + secret + R"(")",
      "[1]",
      "null",
      "{}{}",
      R"({"id": {"x": ")" + secret + R"("}})",
      R"({"createdAt": ")" + secret + R"("})",
      R"({"output": {"splits": [{"startPage": ")" + secret + R"("}]}})",
      std::string("\xef\xbb\xbf{\"id\":\"\xff\"}"),
      std::string(1000, '['),
  };
  for (const std::string& body : bodies) {
    AnswerAlways(200, body, {{"Content-Type", "text/html"}, {"x-extend-request-id", "req_1"}});
    const auto answer = Get();
    EXPECT_EQ(answer.status.error_code(), StatusCode::INTERNAL) << body;
    EXPECT_THAT(answer.status.error_message(), HasSubstr("text/html")) << body;
    EXPECT_THAT(answer.status.error_message(), Not(HasSubstr(secret)));
    const auto info = ErrorInfoOf(answer.status);
    EXPECT_EQ(info.reason(), "GATEWAY_INVALID_RESPONSE");
    EXPECT_EQ(info.metadata().at("httpStatus"), "200");
    EXPECT_EQ(info.metadata().at("requestId"), "req_1");
    EXPECT_EQ(upstream.requests().back().target, "/split_runs/splr_1");
  }
}

TEST_F(AnswerTest, ContentTypeIsNotRequired) {
  AnswerAlways("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"id\":\"a\"}");
  EXPECT_EQ(Get().message.id(), "a");
}

TEST_F(AnswerTest, ChunkedAnswersAndThoseThatEndWithTheConnectionAreRead) {
  AnswerAlways(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n4\r\n{\"id\r\n6\r\n\":\"b\"}\r\n0\r\n\r\n");
  EXPECT_EQ(Get().message.id(), "b");
  upstream.OnRequest([](const ReceivedRequest&) {
    return Script{Send("HTTP/1.1 200 OK\r\n\r\n{\"id\":\"c\"}"), Close()};
  });
  EXPECT_EQ(Get().message.id(), "c");
}

TEST_F(AnswerTest, ThousandsOfSplitsArrive) {
  std::string body = R"({"id":"splr_1","status":"PROCESSED","output":{"splits":[)";
  constexpr int kSplits = 5000;
  for (int i = 0; i < kSplits; ++i) {
    body += (i == 0 ? "" : ",");
    body += R"({"id":"s)" + std::to_string(i) + R"(","type":"invoice","observation":")" +
            std::string(200, 'o') + R"(","startPage":)" + std::to_string(i) + R"(,"endPage":)" +
            std::to_string(i + 1) + R"(,"fileId":"file_1"})";
  }
  body += "]}}";
  AnswerAlways(200, body);
  const auto answer = Get();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  ASSERT_EQ(answer.message.output().splits_size(), kSplits);
  EXPECT_EQ(answer.message.output().splits(kSplits - 1).id(), "s4999");
  EXPECT_EQ(answer.message.output().splits(kSplits - 1).end_page(), kSplits);
}

TEST_F(AnswerTest, AnswerOverTheLimitIsResourceExhausted) {
  config.max_response_bytes = 1000;
  AnswerAlways(200, R"({"id":")" + std::string(1000, 'x') + R"("})");
  EXPECT_EQ(Get().status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  AnswerAlways(200, R"({"id":")" + std::string(900, 'x') + R"("})");
  EXPECT_TRUE(Get().status.ok());
}

TEST_F(AnswerTest, UpstreamsHeadersNeverReachTheCallerUnlessNamed) {
  AnswerAlways(200, "{}",
               {{"grpc-status", "13"},
                {"grpc-message", "boo"},
                {"trailer-bin", "AAAA"},
                {"x-gateway-attempts", "99"},
                {"set-cookie", "s=1"},
                {"X-Extend-Request-Id", "req_1"}});
  const auto answer = Get();
  EXPECT_TRUE(answer.status.ok());
  for (const char* name : {"grpc-status", "grpc-message", "trailer-bin", "set-cookie"}) {
    EXPECT_EQ(answer.initial.count(name), 0U) << name;
    EXPECT_EQ(answer.trailing.count(name), 0U) << name;
  }
  EXPECT_EQ(answer.trailing.count("x-gateway-attempts"), 1U);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_EQ(ValueOf(answer.initial, "x-extend-request-id"), "req_1");
}

TEST_F(AnswerTest, ReturnedHeaderWithAnIllegalValueIsDroppedAndTheCallGoesOn) {
  const std::string illegal[] = {"caf\xc3\xa9", "a\x01z", "a\tb", "\x7f", std::string(2000, 'x')};
  for (const std::string& value : illegal) {
    for (const int status : {200, 404}) {
      AnswerAlways(status, "{}", {{"X-Extend-Request-Id", value}});
      const auto answer = Get();
      EXPECT_EQ(answer.status.error_code(), status == 200 ? StatusCode::OK : StatusCode::NOT_FOUND);
      EXPECT_EQ(ValueOf(answer.initial, "x-extend-request-id"), "none") << value;
    }
  }
}

}  // namespace
}  // namespace gateway
