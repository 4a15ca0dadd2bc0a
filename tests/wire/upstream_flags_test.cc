// Flags about the upstream, by what they do on the wire.
#include <gmock/gmock.h>

#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using namespace std::chrono_literals;

using UpstreamFlagsTest = GatewayTest;

TEST_F(UpstreamFlagsTest, ProxyGetsTheWholeUrl) {
  config.upstream_proxy = upstream.url();
  config.upstream_url = "http://api.invalid:8080/prefix";
  AnswerAlways(200, R"({"id":"splr_1"})");
  EXPECT_TRUE(Get().status.ok());
  ASSERT_EQ(upstream.requests().size(), 1U);
  EXPECT_EQ(upstream.requests()[0].target, "http://api.invalid:8080/prefix/split_runs/splr_1");
}

TEST_F(UpstreamFlagsTest, Http2IsSpokenAtOnceWhenAskedFor) {
  config.upstream_http = HttpVersion::kHttp2;
  config.max_attempts = 1;
  upstream.OnRequest([](const ReceivedRequest&) { return Script{Close()}; });
  EXPECT_EQ(Get().status.error_code(), StatusCode::UNAVAILABLE);
  ASSERT_FALSE(upstream.requests().empty());
  EXPECT_EQ(upstream.requests()[0].verb, "PRI");  // The preface of HTTP/2.
}

TEST_F(UpstreamFlagsTest, Http1IsSpokenByDefaultWithoutTls) {
  EXPECT_TRUE(Get().status.ok());
  EXPECT_THAT(upstream.requests().at(0).head, testing::HasSubstr(" HTTP/1.1\r\n"));
}

TEST_F(UpstreamFlagsTest, ConnectTimeoutIncludesTheTlsHandshake) {
  config.connect_timeout = 100ms;
  config.max_attempts = 1;
  config.upstream_url = "https://127.0.0.1:" + std::to_string(upstream.port());
  upstream.OnConnection([](int) { return Script{Stall()}; });
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_CONNECT");
}

}  // namespace
}  // namespace gateway
