// Metadata that no gRPC library would send: the gateway goes on, and nothing of it reaches a
// header.
#include <gmock/gmock.h>

#include "gateway/telemetry/logging.h"
#include "tests/support/eventually.h"
#include "tests/wire/gateway_fixture.h"
#include "tests/wire/raw_grpc_client.h"

namespace gateway {
namespace {

class HostileCallerTest : public GatewayTest {
 protected:
  HostileCallerTest() { AnswerAlways(200, R"({"id":"a"})"); }
  void RawCancel(const Headers& headers) {
    extend::v1::CancelSplitRunRequest request;
    request.set_id("a");
    RawGrpcClient(gateway().addresses()[0])
        .Call("/extend.v1.SplitRunService/CancelSplitRun", headers, request.SerializeAsString());
  }
};

TEST_F(HostileCallerTest, OrdinaryRawCallIsServed) {
  RawCancel({{"x-request-id", "r1"}});
  ASSERT_EQ(upstream.counters().requests, 1);
  EXPECT_EQ(upstream.requests()[0].Get("x-request-id"), "r1");
}

TEST_F(HostileCallerTest, ForwardedMetadataNeverBreaksOutOfItsHeader) {
  const std::string values[] = {"a\r\nX-Evil: 1",       "a\nX-Evil: 1", "a\rX-Evil: 1",
                                std::string("a\0b", 3), "\xff\xfe",     "a\x7f"};
  for (const std::string& value : values) {
    for (const char* name :
         {"x-request-id", "baggage", "x-extend-workspace-id", "x-extend-api-version"}) {
      RawCancel({{name, value}});
    }
  }
  EXPECT_EQ(upstream.counters().requests, 0);
  EXPECT_TRUE(Cancel().status.ok());
  EXPECT_FALSE(upstream.requests()[0].Has("x-evil"));
}

TEST_F(HostileCallerTest, OtherMetadataIsIgnoredWhateverItIs) {
  const Headers all = {{"x-a\r\nx-evil", "1"},  {"cookie", "\r\n\r\nGET /evil HTTP/1.1\r\n"},
                       {"X-UPPER", "1"},        {"", "1"},
                       {"traceparent", "\r\n"}, {"x-bin", "not base64 !"}};
  for (const Header& header : all) RawCancel({header});
  for (const ReceivedRequest& request : upstream.requests()) {
    EXPECT_EQ(request.target, "/split_runs/a/cancel");
    EXPECT_FALSE(request.Has("x-evil"));
    EXPECT_FALSE(request.Has("x-upper"));
    EXPECT_FALSE(request.Has("cookie"));
  }
  EXPECT_TRUE(Cancel().status.ok());
}

// This caller never acknowledges the server's limits, which gRPC therefore does not keep.
TEST_F(HostileCallerTest, MetadataOverTheLimitFailsItsCallOnly) {
  constexpr std::size_t kLimit = 32 << 10;
  RawCancel(
      {{"x-half", std::string(kLimit / 2, 'a')}, {"x-quarter", std::string(kLimit / 4, 'a')}});
  EXPECT_EQ(upstream.counters().requests, 1);
  RawCancel({{"x-half", std::string(kLimit / 2, 'a')}, {"x-rest", std::string(kLimit / 2, 'a')}});
  EXPECT_EQ(upstream.counters().requests, 1);
  // Counted once the call is over on both sides.
  const std::string counted =
      R"(grpc_server_handled_total{grpc_code="ResourceExhausted",grpc_method="CancelSplitRun",)"
      R"(grpc_service="extend.v1.SplitRunService",grpc_type="unary"} 1)";
  EXPECT_TRUE(Eventually([&] { return Metrics().find(counted) != std::string::npos; }));
}

TEST_F(HostileCallerTest, DeadlineBeyondGrpcsArithmeticIsNoDeadline) {
  for (const char* timeout : {"99999999H", "99999999M"}) {
    const int before = upstream.counters().requests;
    RawCancel({{"grpc-timeout", timeout}});
    EXPECT_EQ(upstream.counters().requests, before + 1) << timeout;
  }
}

TEST_F(HostileCallerTest, DeadlineThatIsOverOrMalformedLeavesTheGatewayRunning) {
  for (const char* timeout : {"1n", "0S", "-1S", "S", "1x", "999999999999999999S", ""}) {
    RawCancel({{"grpc-timeout", timeout}});
  }
  EXPECT_TRUE(Cancel().status.ok());
}

TEST_F(HostileCallerTest, NoMetadataValueReachesTheLogEvenIfGrpcCannotReadIt) {
  ::testing::internal::CaptureStderr();
  SetUpLogging(LogLevel::kTrace, LogFormat::kJson);
  for (const char* name : {"grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "content-type",
                           "te", "authorization", "x-token-bin", "x-request-id"}) {
    RawCancel({{name, "hunter2 \x01"}});
    RawCancel({{name, "hunter2"}});
  }
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::Not(::testing::HasSubstr("hunter2")));
}

}  // namespace
}  // namespace gateway
