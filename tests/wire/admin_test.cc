// The admin listener over HTTP: probes and metrics of a gateway at work.
#include <gmock/gmock.h>
#include <httplib.h>

#include <future>

#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class AdminTest : public GatewayTest {
 protected:
  AdminTest() { config.admin_listen = AddressOf("127.0.0.1:0"); }

  /// The status and body of a GET.
  std::pair<int, std::string> Fetch(const std::string& path) {
    if (admin_.empty()) admin_ = "http://" + gateway().admin_address();
    httplib::Client client(admin_);
    const auto answer = client.Get(path);
    return answer ? std::pair(answer->status, answer->body) : std::pair(0, std::string());
  }

 private:
  std::string admin_;
};

TEST_F(AdminTest, ProbesRespondWithoutAskingTheUpstream) {
  EXPECT_EQ(Fetch("/healthz"), std::pair(200, std::string("alive\n")));
  EXPECT_EQ(Fetch("/readyz"), std::pair(200, std::string("ready\n")));
  EXPECT_TRUE(upstream.requests().empty());
}

TEST_F(AdminTest, OtherPathsAreNotFound) { EXPECT_EQ(Fetch("/").first, 404); }

TEST_F(AdminTest, ReadinessEndsWhenTheDrainBegins) {
  config.drain_timeout = std::chrono::milliseconds(kPatience);
  upstream.OnRequest([](const ReceivedRequest&) {
    return Script{Stall(), Send(HttpReply(200, R"({"id":"splr_1"})"))};
  });
  EXPECT_EQ(Fetch("/readyz").first, 200);
  auto call = std::async(std::launch::async, [this] { return Get(); });
  ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == 1; }));
  auto drain = std::async(std::launch::async, [this] { gateway().Drain(); });
  while (Fetch("/readyz").first == 200) std::this_thread::yield();
  EXPECT_EQ(Fetch("/readyz"), std::pair(503, std::string("draining\n")));
  EXPECT_EQ(Fetch("/healthz").first, 200);
  upstream.Release();
  EXPECT_TRUE(call.get().status.ok());
  drain.get();
}

TEST_F(AdminTest, MetricsCountCallsAndUpstreamRequests) {
  upstream.OnRequest([](const ReceivedRequest& request) {
    return Script{Send(HttpReply(request.number == 0 ? 503 : 404))};
  });
  EXPECT_EQ(Get().status.error_code(), grpc::StatusCode::NOT_FOUND);
  const std::string method =
      R"(grpc_method="GetSplitRun",grpc_service="extend.v1.SplitRunService",grpc_type="unary")";
  // The last of a call's tags comes back after its caller has the answer.
  while (Fetch("/metrics").second.find("extend_gateway_in_flight 0\n") == std::string::npos) {
    std::this_thread::yield();
  }
  EXPECT_THAT(
      Fetch("/metrics").second,
      AllOf(HasSubstr("grpc_server_started_total{" + method + "} 1\n"),
            HasSubstr("grpc_server_handled_total{grpc_code=\"NotFound\"," + method + "} 1\n"),
            HasSubstr("extend_gateway_upstream_requests_total{http_status=\"503\",method=\"GET\"} "
                      "1\n"),
            HasSubstr("extend_gateway_upstream_requests_total{http_status=\"404\",method=\"GET\"} "
                      "1\n"),
            HasSubstr("extend_gateway_retries_total{reason=\"status\"} 1\n"),
            HasSubstr("extend_gateway_upstream_connections 1\n"), HasSubstr("process_open_fds ")));
}

TEST_F(AdminTest, MetricsCountUnknownEnumValuesAndReconciliations) {
  upstream.OnRequest([](const ReceivedRequest& request) {
    const bool is_get = request.verb == "GET";
    return Script{Send(is_get ? HttpReply(200, R"({"id":"splr_1","status":"PROCESSED"})")
                              : HttpReply(400, ""))};
  });
  EXPECT_EQ(Cancel().status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  AnswerAlways(200, R"({"id":"splr_1","status":"PAUSED"})");
  EXPECT_TRUE(Get().status.ok());
  EXPECT_THAT(
      Fetch("/metrics").second,
      AllOf(
          HasSubstr("extend_gateway_reconciliations_total{outcome=\"not_cancellable\"} 1\n"),
          HasSubstr("extend_gateway_unknown_enum_values_total{enum=\"extend.v1.RunStatus\"} 1\n")));
}

TEST_F(AdminTest, APortInUseStopsTheStart) {
  gateway();
  Config second = config;
  second.admin_listen = AddressOf(gateway().admin_address());
  const auto api = App::Compile(second);
  ASSERT_TRUE(api);
  const auto server = Server::Start(second, **api);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error(), ElementsAre(AllOf(HasSubstr(gateway().admin_address()),
                                                HasSubstr("--admin-listen"))));
}

}  // namespace
}  // namespace gateway
