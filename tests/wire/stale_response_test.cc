// What lies on an idle upstream connection is not the response to the next call.
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "tests/support/libcurl.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kBadRequest = 400;
constexpr int kConflict = 409;

std::string RunIn(const std::string& status) {
  return R"({"object":"split_run","id":"b","status":")" + status + R"("})";
}
std::string Refusal() {
  return R"({"code":"INVALID_REQUEST","message":"This run cannot be cancelled.","retryable":false})";
}

/// The gateway has one idle connection on each of its loops, on which `stray` lies.
class StaleResponse : public GatewayTest {
 protected:
  void Leave(const std::string& stray, bool closes,
             std::function<Script(const ReceivedRequest&)> then) {
    upstream.OnRequest([=](const ReceivedRequest& request) -> Script {
      if (request.target != "/split_runs/first") return then(request);
      Script script{Send(HttpReply(200, RunIn("PROCESSING"))), Stall(), Send(stray)};
      if (closes) script.push_back(gateway::Close());
      return script;
    });
    // The calls take turns on the loops.
    const int loops = static_cast<int>(std::clamp(std::thread::hardware_concurrency() / 2, 1U, 2U));
    for (int i = 0; i < loops; ++i) ASSERT_TRUE(Get("first").status.ok());
    upstream.Release();
    ASSERT_TRUE(upstream.WaitFor(
        [&](const auto& now) { return closes ? now.open == 0 : now.completed == loops; }));
  }
};

TEST_F(StaleResponse, Row1OfACancelIsNotBelieved) {
  Leave(HttpReply(200, RunIn("CANCELLED")), false, [](const ReceivedRequest& request) -> Script {
    if (request.verb == "POST") return {Send(HttpReply(kConflict, Refusal()))};
    return {Send(HttpReply(200, RunIn("PROCESSED")))};
  });
  const auto answer = Cancel("b");
  EXPECT_EQ(answer.status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "NOT_CANCELLABLE");
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("status"), "PROCESSED");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  const std::string count = kLibcurlLooksFirst ? "" : "1\n";
  EXPECT_THAT(Metrics(), HasSubstr("\nextend_gateway_stale_connections_total " + count));
}

TEST_F(StaleResponse, Row2OfABalancerIsNoAttemptOfACancel) {
  const std::string timeout = HttpReply(408, "", {{"Connection", "close"}});
  Leave(timeout, true, [](const ReceivedRequest& request) -> Script {
    if (request.verb == "POST") return {Send(HttpReply(kBadRequest, Refusal()))};
    return {Send(HttpReply(200, RunIn("CANCELLED")))};
  });
  const auto answer = Cancel("b");
  EXPECT_EQ(answer.status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "ALREADY_CANCELLED");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
}

TEST_F(StaleResponse, Row2OfABalancerIsNoAttemptOfACreate) {
  const std::string timeout = HttpReply(408, "", {{"Connection", "close"}});
  Leave(timeout, true, [](const ReceivedRequest&) -> Script {
    return {Send(HttpReply(200, RunIn("PROCESSING")))};
  });
  const auto answer = Create();
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.message.id(), "b");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_EQ(Targets(upstream).back(), "POST /split_runs");
}

}  // namespace
}  // namespace gateway
