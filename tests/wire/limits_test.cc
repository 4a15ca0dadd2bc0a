// Sizes that the gateway does not accept, from callers and from the upstream.
#include <gmock/gmock.h>

#include "gateway/upstream/response_assembler.h"
#include "tests/support/http_encoding.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

class LimitsTest : public GatewayTest {};

// gRPC checks the size of a compressed request before it inflates it, and never after.
TEST_F(LimitsTest, CompressedRequestIsRefusedBeforeItIsInflated) {
  for (const auto& [algorithm, name] :
       {std::pair(GRPC_COMPRESS_GZIP, "gzip"), std::pair(GRPC_COMPRESS_DEFLATE, "deflate")}) {
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    extend::v1::CancelSplitRunRequest request;
    request.set_id(std::string(1000, 'x'));
    extend::v1::SplitRun run;
    const grpc::Status status = stub().CancelSplitRun(&context, request, &run);
    EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
    EXPECT_THAT(status.error_message(), HasSubstr(name));
  }
  EXPECT_EQ(upstream.counters().requests, 0);
  EXPECT_TRUE(Cancel().status.ok());
}

struct Oversized {
  std::string name;
  std::string reply;
  std::string reason;
};

class OversizedAnswerTest : public LimitsTest, public testing::WithParamInterface<Oversized> {};

TEST_P(OversizedAnswerTest, IsResourceExhaustedAtOnceAndLeavesTheGatewayServing) {
  config.max_response_bytes = 100'000;
  // Were it not for the limit, the call would go on until its deadline.
  upstream.OnRequest(InOrder({{Send(GetParam().reply), Stall()}, {Send(HttpReply(200, "{}"))}}));
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::RESOURCE_EXHAUSTED)
      << answer.status.error_message();
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), GetParam().reason);
  // It would be as large again.
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.open == 0; }));
  EXPECT_TRUE(Get().status.ok());
}

const std::string kTooMuch(100'001, ' ');

INSTANTIATE_TEST_SUITE_P(
    Answers, OversizedAnswerTest,
    testing::Values(
        Oversized{"WithALength", "HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n" + kTooMuch,
                  "TRANSPORT_RESPONSE_TOO_LARGE"},
        Oversized{"Chunked", ChunkedReply(kTooMuch), "TRANSPORT_RESPONSE_TOO_LARGE"},
        Oversized{"WithoutEnd", "HTTP/1.1 200 OK\r\n\r\n" + kTooMuch,
                  "TRANSPORT_RESPONSE_TOO_LARGE"},
        Oversized{"Compressed",
                  HttpReply(200, Gzip(std::string(64 << 20, ' ')), {{"Content-Encoding", "gzip"}}),
                  "TRANSPORT_RESPONSE_TOO_LARGE"},
        Oversized{"Error", HttpReply(500, kTooMuch), "TRANSPORT_RESPONSE_TOO_LARGE"},
        Oversized{
            "OneHeader",
            HttpReply(200, "{}", {{"X-Big", std::string(ResponseAssembler::kMaxHeaderBytes, 'h')}}),
            "TRANSPORT_HEADERS_TOO_LARGE"},
        Oversized{"ManyHeaders", HttpReply(200, "{}", Headers(7000, {"X-Small", "12345"})),
                  "TRANSPORT_HEADERS_TOO_LARGE"}),
    [](const auto& answer) { return answer.param.name; });

TEST_F(LimitsTest, AnswersUpToTheLimitAreRead) {
  config.max_response_bytes = 100'000;
  const std::string body = R"({"id":"a"})" + std::string(100'000 - 10, ' ');
  for (const std::string& reply :
       {HttpReply(200, body), ChunkedReply(body),
        HttpReply(200, Gzip(body), {{"Content-Encoding", "gzip"}}),
        HttpReply(200, body,
                  {{"X-Big", std::string(ResponseAssembler::kMaxHeaderBytes - 500, 'h')}})}) {
    AnswerAlways(reply);
    EXPECT_EQ(Get().message.id(), "a");
  }
}

}  // namespace
}  // namespace gateway
