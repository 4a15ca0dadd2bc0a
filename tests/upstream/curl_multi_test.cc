#include "gateway/upstream/curl_multi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>
#include <vector>

#include "tests/support/scripted_upstream.h"
#include "tests/upstream/blocking_client.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(CurlLoop, RunsPostedTasksOfEachThreadInOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 1000;
  BlockingClient client;
  std::vector<std::vector<int>> seen(kThreads);  // Touched on the loop thread only.
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) client.client.RunOnLoop([&, t, i] { seen[t].push_back(i); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  client.Run([] {});
  for (const auto& of_thread : seen) {
    ASSERT_EQ(of_thread.size(), kTasks);
    EXPECT_TRUE(std::ranges::is_sorted(of_thread));
  }
}

TEST(CurlLoop, RunsTimersInTheOrderTheyAreDue) {
  BlockingClient client;
  std::vector<int> order;
  std::promise<void> last;
  client.Run([&] {
    client.client.StartTimer(30ms, [&] {
      order.push_back(3);
      last.set_value();
    });
    client.client.StartTimer(-1s, [&] { order.push_back(1); });
    client.client.StartTimer(10ms, [&] { order.push_back(2); });
    EXPECT_TRUE(order.empty());
  });
  const auto begun = Clock::now();
  last.get_future().wait();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_LT(Clock::now() - begun, 5s);
}

TEST(CurlLoop, DoesNotRunTimersThatWereStopped) {
  BlockingClient client;
  std::promise<void> later;
  client.Run([&] {
    const auto second = client.client.StartTimer(20ms, [] { ADD_FAILURE(); });
    // Both are due at once; the one stops the other.
    client.client.StartTimer(10ms, [&client, second] {
      client.client.StopTimer(second);
      client.client.StopTimer(second);
      client.client.StopTimer(999);
    });
    client.client.StartTimer(30ms, [&] { later.set_value(); });
  });
  later.get_future().wait();
}

TEST(CurlLoop, StopEndsOpenTransfersOnceAndSaysWhetherTheyMayHaveArrived) {
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Stall()}}));
  BlockingClient client;
  auto sent = client.Start(Request("POST", upstream.url()));
  ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == 1; }));
  auto unsent = client.Start(Request("POST", upstream.url()), {.timeout = 0s});
  client.Run([&] { client.client.StartTimer(1h, [] { ADD_FAILURE(); }); });
  client.client.Stop();
  client.client.Stop();
  EXPECT_EQ(ErrorOf(sent.get()), std::pair(TransportErrorKind::kReset, Delivery::kMayHaveArrived));
  EXPECT_NE(unsent.get().error(), nullptr);
}

TEST(CurlLoop, ServesManyTransfersOverManyConnections) {
  constexpr int kCalls = 300;
  ScriptedUpstream upstream;
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    return {Send(HttpReply(200, request.target))};
  });
  BlockingClient client;
  std::vector<std::future<HttpResult>> results;
  for (int i = 0; i < kCalls; ++i) {
    results.push_back(client.Start(Request("GET", upstream.url() + "/" + std::to_string(i))));
  }
  for (int i = 0; i < kCalls; ++i) {
    const HttpResult result = results[static_cast<std::size_t>(i)].get();
    ASSERT_NE(result.response(), nullptr) << result.error()->text;
    EXPECT_EQ(result.response()->body, "/" + std::to_string(i));
  }
}

}  // namespace
}  // namespace gateway
