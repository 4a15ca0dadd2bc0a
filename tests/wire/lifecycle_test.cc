// Calls that end early, connections that die, a gateway that is full or goes away.
#include <gmock/gmock.h>

#include <future>

#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using namespace std::chrono_literals;

class LifecycleTest : public GatewayTest {
 protected:
  using GetAnswer = Answer<extend::v1::SplitRun>;

  void StallAlways() {
    upstream.OnRequest(
        [](const ReceivedRequest&) { return Script{Stall(), Send(HttpReply(200, "{}"))}; });
  }
  /// On a thread of its own; stub() must have been called.
  std::future<GetAnswer> GetLater() {
    stub();
    return std::async(std::launch::async, [this] { return Get(); });
  }
  bool WaitForRequests(int count) {
    return upstream.WaitFor([count](const auto& now) { return now.requests == count; });
  }
};

TEST_F(LifecycleTest, CallersDeadlineEndsTheCallAndClosesTheRequest) {
  StallAlways();
  EXPECT_EQ(Cancel("a", {}, 100ms).status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  // The cancel, and the read in the time that was kept for it.
  EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.accepted == 2 && now.open == 0; }));
}

TEST_F(LifecycleTest, GatewaysTimeoutEndsACallWithoutDeadline) {
  config.timeout = 100ms;
  StallAlways();
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "GATEWAY_DEADLINE_EXCEEDED");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
}

TEST_F(LifecycleTest, AttemptTimeoutIsRepeated) {
  config.attempt_timeout = 100ms;
  upstream.OnRequest(InOrder({{Stall()}, {Send(HttpReply(200, R"({"id":"a"})"))}}));
  const auto answer = Get();
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "2");
}

TEST_F(LifecycleTest, CallersCancelClosesTheRequest) {
  StallAlways();
  grpc::ClientContext context;
  stub();
  auto call = std::async(std::launch::async, [&] {
    extend::v1::GetSplitRunRequest request;
    request.set_id("a");
    extend::v1::SplitRun run;
    return stub().GetSplitRun(&context, request, &run);
  });
  ASSERT_TRUE(WaitForRequests(1));
  context.TryCancel();
  EXPECT_EQ(call.get().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.open == 0; }));
}

TEST_F(LifecycleTest, ConnectionsAreKeptAlive) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Get().status.ok());
  EXPECT_LE(upstream.counters().accepted, 2);  // One for each loop.
}

TEST_F(LifecycleTest, PostOnAKeptConnectionThatDiesIsSentOnce) {
  config.max_attempts = 1;
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    if (request.verb == "GET") return {Send(HttpReply(200, "{}"))};
    return {Close()};
  });
  // Every loop has a connection to reuse.
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(Get().status.ok());
  const int before = upstream.counters().requests;
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(upstream.counters().requests, before + 1);
}

TEST_F(LifecycleTest, CallsOverTheLimitAreRefusedAtOnce) {
  config.max_in_flight = 1;
  StallAlways();
  auto first = GetLater();
  ASSERT_TRUE(WaitForRequests(1));
  const auto refused = Get();
  EXPECT_EQ(refused.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(refused.status).reason(), "GATEWAY_OVERLOADED");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(refused.status));
  EXPECT_EQ(ValueOf(refused.trailing, "grpc-retry-pushback-ms"), "1000");
  EXPECT_EQ(ValueOf(refused.trailing, "x-gateway-attempts"), "none");
  EXPECT_THAT(Metrics(),
              testing::HasSubstr("extend_gateway_refused_total{reason=\"in_flight\"} 1\n"));
  upstream.Release();
  EXPECT_TRUE(first.get().status.ok());
  // The place is free once the first call's last tag is back, which is after its answer.
  const auto give_up = Clock::now() + kPatience;
  while (!Get().status.ok() && Clock::now() < give_up) std::this_thread::yield();
  EXPECT_LT(Clock::now(), give_up);
}

// gRPC 1.83 by itself refuses more than 3,000 calls that the gateway has not taken yet.
TEST_F(LifecycleTest, ABurstOfThousandsIsServed) {
  constexpr int kCalls = 5'000;
  AnswerAlways(200, R"({"id":"a"})");
  grpc::CompletionQueue queue;
  struct Pending {
    grpc::ClientContext context;
    extend::v1::SplitRun run;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<extend::v1::SplitRun>> reader;
  };
  extend::v1::GetSplitRunRequest request;
  request.set_id("a");
  std::vector<Pending> calls(kCalls);
  for (Pending& call : calls) {
    call.context.set_deadline(std::chrono::system_clock::now() + 60s);
    call.reader = stub().AsyncGetSplitRun(&call.context, request, &queue);
    call.reader->Finish(&call.run, &call.status, &call);
  }
  int ok_calls = 0;
  for (int i = 0; i < kCalls; ++i) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    const grpc::Status& status = static_cast<Pending*>(tag)->status;
    EXPECT_TRUE(status.ok()) << status.error_message();
    ok_calls += status.ok() ? 1 : 0;
  }
  EXPECT_EQ(ok_calls, kCalls);
}

TEST_F(LifecycleTest, DrainLetsRunningCallsEnd) {
  StallAlways();
  auto running = GetLater();
  ASSERT_TRUE(WaitForRequests(1));
  auto drained = std::async(std::launch::async, [this] { gateway().Drain(); });
  EXPECT_EQ(drained.wait_for(50ms), std::future_status::timeout);
  upstream.Release();
  EXPECT_TRUE(running.get().status.ok());
  drained.get();
  EXPECT_EQ(Get().status.error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(LifecycleTest, DrainCancelsWhatOutlivesItsTimeout) {
  config.drain_timeout = 100ms;
  StallAlways();
  auto running = GetLater();
  ASSERT_TRUE(WaitForRequests(1));
  gateway().Drain();
  EXPECT_THAT(running.get().status.error_code(),
              testing::AnyOf(StatusCode::UNAVAILABLE, StatusCode::CANCELLED));
  EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.open == 0; }));
}

TEST_F(LifecycleTest, DrainTwiceIsFine) {
  EXPECT_TRUE(Get().status.ok());
  gateway().Drain();
  gateway().Drain();
}

}  // namespace
}  // namespace gateway
