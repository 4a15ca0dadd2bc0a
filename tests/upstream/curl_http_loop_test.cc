// Connections, time, aborts and the end: what a CurlHttpLoop does beside one good exchange.
#include "gateway/upstream/curl_http_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <future>
#include <vector>

#include "tests/support/full_listener.h"
#include "tests/support/scripted_upstream.h"
#include "tests/upstream/blocking_client.h"
#include "tests/upstream/slow_resolver.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr auto kArrived = Delivery::kMayHaveArrived;
constexpr auto kUnsent = Delivery::kNeverSent;

/// Long enough for a slow machine, short enough to show that nothing waited for something else.
constexpr auto kSoon = 5s;

// ---- Connections

TEST(CurlConnections, AreUsedAgain) {
  ScriptedUpstream upstream;
  BlockingClient client;
  for (int i = 0; i < 5; ++i) EXPECT_NE(client.Get(upstream.url()).response(), nullptr);
  EXPECT_EQ(upstream.counters().accepted, 1);
  EXPECT_EQ(client.client.connections(), 1);
}

TEST(CurlConnections, AreFreshWhenAskedFor) {
  ScriptedUpstream upstream;
  BlockingClient client;
  client.Get(upstream.url());
  client.Call(Request("GET", upstream.url()), {.timeout = 10s, .fresh_connection = true});
  EXPECT_EQ(upstream.counters().accepted, 2);
}

TEST(CurlConnections, AreUsedAgainBesideManyOthers) {
  constexpr int kMany = 20;
  ScriptedUpstream upstream;
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    if (request.target == "/stalls") return {Stall(), Send(HttpReply(200))};
    return {Send(HttpReply(200))};
  });
  CurlHttpLoopOptions options;
  options.max_idle_connections = kMany;
  BlockingClient client(options);
  std::vector<std::future<HttpResult>> stalled;
  for (int i = 0; i < kMany; ++i) {
    stalled.push_back(client.Start(Request("GET", upstream.url() + "/stalls")));
  }
  EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == kMany; }));
  for (int i = 0; i < 5; ++i) EXPECT_NE(client.Get(upstream.url()).response(), nullptr);
  EXPECT_EQ(upstream.counters().accepted, kMany + 1);
  upstream.Release();
  for (auto& result : stalled) EXPECT_NE(result.get().response(), nullptr);
}

TEST(CurlConnections, OfABurstAreKeptUpToALimit) {
  constexpr int kKept = 20;
  constexpr int kBurst = 3 * kKept;
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Stall(), Send(HttpReply(200, "{}"))}}));
  CurlHttpLoopOptions options;
  options.max_idle_connections = kKept;
  BlockingClient client(options);
  std::vector<std::future<HttpResult>> results;
  for (int i = 0; i < kBurst; ++i) results.push_back(client.Start(Request("GET", upstream.url())));
  EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == kBurst; }));
  upstream.Release();
  for (auto& result : results) EXPECT_NE(result.get().response(), nullptr);
  EXPECT_EQ(client.client.connections(), kKept);
}

TEST(CurlConnections, AreOnePerCallAtATimeAndCounted) {
  constexpr int kCalls = 50;
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Stall(), Send(HttpReply(200, "{}"))}}));
  BlockingClient client;
  std::vector<std::future<HttpResult>> results;
  for (int i = 0; i < kCalls; ++i) results.push_back(client.Start(Request("GET", upstream.url())));
  EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == kCalls; }));
  EXPECT_EQ(client.client.connections(), kCalls);
  upstream.Release();
  for (auto& result : results) EXPECT_NE(result.get().response(), nullptr);
}

TEST(CurlConnections, ThatDieWhenReusedDoNotMakeLibcurlSendAgain) {
  for (const Step& end : {Close(), Reset()}) {
    for (const char* verb : {"POST", "DELETE", "GET", "PUT"}) {
      ScriptedUpstream upstream;
      upstream.OnRequest(InOrder({{Send(HttpReply(200, "{}"))}, {end}, {Send(HttpReply(200))}}));
      BlockingClient client;
      ASSERT_NE(client.Get(upstream.url()).response(), nullptr);
      const HttpResult result = client.Call(Request(verb, upstream.url() + "/once"));
      EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kReset, kArrived)) << verb;
      // Had it been sent again, then before this one.
      EXPECT_NE(client.Get(upstream.url() + "/next").response(), nullptr);
      std::vector<std::string> targets;
      for (const auto& request : upstream.requests()) targets.push_back(request.target);
      EXPECT_THAT(targets, ElementsAre("/", "/once", "/next")) << verb;
    }
  }
}

/// TCP_USER_TIMEOUT of this process's connections to the port.
std::vector<unsigned> UserTimeouts(std::uint16_t port) {
  std::vector<unsigned> timeouts;
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
        peer.sin_family != AF_INET || ntohs(peer.sin_port) != port) {
      continue;
    }
    socklen_t timeout_size = sizeof(unsigned);
    getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeouts.emplace_back(), &timeout_size);
  }
  return timeouts;
}

TEST(CurlConnections, BreakWhenTheUpstreamAcknowledgesNothing) {
  ScriptedUpstream upstream;
  BlockingClient client;
  client.Get(upstream.url());
  const std::chrono::milliseconds expected = CurlHttpLoopOptions::kMaxUnacknowledged;
  EXPECT_THAT(UserTimeouts(upstream.port()), ElementsAre(expected.count()));
}

TEST(CurlConnections, ClosedWhileIdleAreNotUsedAgain) {
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Send(HttpReply(200)), Stall(), Close()}, {Send(HttpReply(200))}}));
  BlockingClient client;
  ASSERT_NE(client.Get(upstream.url()).response(), nullptr);
  upstream.Release();
  ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.open == 0; }));
  EXPECT_NE(client.Post(upstream.url()).response(), nullptr);
  EXPECT_EQ(upstream.counters().accepted, 2);
}

TEST(CurlConnections, ThatWereNeverEstablishedAreNotCounted) {
  const FullListener upstream;
  BlockingClient client;
  const std::string url = "http://127.0.0.1:" + std::to_string(upstream.port());
  EXPECT_EQ(ErrorOf(client.Call(Request("GET", url), {.timeout = 100ms})),
            std::pair(TransportErrorKind::kTimeout, kUnsent));
  EXPECT_EQ(client.client.connections(), 0);
}

TEST(CurlConnections, RefusedMeansNeverSent) {
  std::string url;
  {
    const ScriptedUpstream gone;
    url = gone.url();
  }
  BlockingClient client;
  EXPECT_EQ(ErrorOf(client.Post(url)), std::pair(TransportErrorKind::kConnect, kUnsent));
}

// ---- Time

TEST(CurlTimeouts, WhileTheUpstreamIsSilentMeanThatTheRequestMayHaveArrived) {
  struct Case {
    const char* what;
    Script script;
  };
  for (const Case& wanted :
       {Case{"no answer", {Stall()}},
        {"half a head", {Send("HTTP/1.1 200 OK\r\nContent-Le"), Stall()}},
        {"half a body", {Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"), Stall()}},
        {"a drop at a time", {Drip(HttpReply(200, std::string(10'000, 'x')), 10ms)}}}) {
    ScriptedUpstream upstream;
    upstream.OnRequest(InOrder({wanted.script}));
    BlockingClient client;
    const HttpResult result = client.Call(Request("POST", upstream.url()), {.timeout = 100ms});
    EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kTimeout, kArrived)) << wanted.what;
    EXPECT_GE(result.elapsed, 100ms);
    EXPECT_LT(result.elapsed, kSoon);
    // The connection is in an unknown state: it must not be kept.
    EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.open == 0; })) << wanted.what;
  }
}

TEST(CurlTimeouts, ThatAreNotPositiveStartNothing) {
  ScriptedUpstream upstream;
  BlockingClient client;
  for (const Clock::duration timeout : {Clock::duration(0), Clock::duration(-1s)}) {
    EXPECT_EQ(ErrorOf(client.Call(Request("POST", upstream.url()), {.timeout = timeout})),
              std::pair(TransportErrorKind::kTimeout, kUnsent));
  }
  EXPECT_EQ(upstream.counters().accepted, 0);
}

TEST(CurlTimeouts, BelowAMillisecondDoNotMeanForEver) {
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Stall()}}));
  BlockingClient client;
  const HttpResult result = client.Call(Request("POST", upstream.url()), {.timeout = 1ns});
  ASSERT_NE(result.error(), nullptr);
  EXPECT_EQ(result.error()->kind, TransportErrorKind::kTimeout);
}

TEST(CurlTimeouts, OfConnectingIncludeTheTlsHandshakeAndMeanNeverSent) {
  ScriptedUpstream upstream;
  upstream.OnConnection([](int) -> Script { return {Stall()}; });
  CurlHttpLoopOptions options;
  options.connect_timeout = 100ms;
  BlockingClient client(options);
  const std::string url = "https://127.0.0.1:" + std::to_string(upstream.port());
  const HttpResult result = client.Post(url);
  EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kConnect, kUnsent));
  EXPECT_LT(result.elapsed, kSoon);
}

TEST(CurlTimeouts, OfTheTransferWhileConnectingMeanNeverSent) {
  ScriptedUpstream upstream;
  upstream.OnConnection([](int) -> Script { return {Stall()}; });
  BlockingClient client;
  const std::string url = "https://127.0.0.1:" + std::to_string(upstream.port());
  EXPECT_EQ(ErrorOf(client.Call(Request("POST", url), {.timeout = 100ms})),
            std::pair(TransportErrorKind::kTimeout, kUnsent));
}

TEST(CurlTimeouts, WhileANameIsLookedUpDelayNothingElse) {
  ScriptedUpstream upstream;
  BlockingClient client;
  SlowResolver resolver;
  const std::string slow = std::string("http://") + SlowResolver::kSlowName;
  auto timed_out = client.Start(Request("POST", slow), {.timeout = 50ms});
  resolver.AwaitLookup();
  ASSERT_EQ(timed_out.wait_for(kSoon), std::future_status::ready);
  EXPECT_EQ(ErrorOf(timed_out.get()), std::pair(TransportErrorKind::kTimeout, kUnsent));
  auto other = client.Start(Request("GET", upstream.url()));
  ASSERT_EQ(other.wait_for(kSoon), std::future_status::ready);
  EXPECT_NE(other.get().response(), nullptr);
}

TEST(CurlTimeouts, AbortWhileANameIsLookedUpDelaysNothingElse) {
  ScriptedUpstream upstream;
  BlockingClient client;
  SlowResolver resolver;
  HttpLoop::TransferId id = 0;
  client.Run([&] {
    id = client.client.Send(Request("GET", std::string("http://") + SlowResolver::kSlowName),
                            {.timeout = 10s}, [](const HttpResult&) { ADD_FAILURE(); });
  });
  resolver.AwaitLookup();
  client.client.RunOnLoop([&] { client.client.Abort(id); });
  auto other = client.Start(Request("GET", upstream.url()));
  ASSERT_EQ(other.wait_for(kSoon), std::future_status::ready);
  EXPECT_NE(other.get().response(), nullptr);
}

TEST(CurlTimeouts, StopWhileANameIsLookedUpDoesNotWait) {
  SlowResolver resolver;
  BlockingClient client;
  auto result = client.Start(Request("GET", std::string("http://") + SlowResolver::kSlowName));
  resolver.AwaitLookup();
  client.client.Stop();
  EXPECT_EQ(ErrorOf(result.get()), std::pair(TransportErrorKind::kReset, kUnsent));
}

// ---- Aborts

TEST(CurlAbort, ClosesTheConnectionAndNeverCallsBack) {
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Stall()}}));
  BlockingClient client;
  HttpLoop::TransferId id = 0;
  client.Run([&] {
    id = client.client.Send(Request("GET", upstream.url()), {.timeout = 10s},
                            [](const HttpResult&) { ADD_FAILURE(); });
  });
  ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == 1; }));
  client.Run([&] { client.client.Abort(id); });
  EXPECT_TRUE(upstream.WaitFor([](const auto& now) { return now.open == 0; }));
}

TEST(CurlAbort, AtOnceAndOfFailuresThatAreStillToBeToldNeverCallsBack) {
  ScriptedUpstream upstream;
  BlockingClient client;
  client.Run([&] {
    for (const Clock::duration timeout : {Clock::duration(10s), Clock::duration(0)}) {
      client.client.Abort(client.client.Send(Request("GET", upstream.url()), {.timeout = timeout},
                                             [](const HttpResult&) { ADD_FAILURE(); }));
    }
  });
  EXPECT_NE(client.Get(upstream.url()).response(), nullptr);
}

TEST(CurlAbort, OfAnUnknownOrEndedTransferIsANoOp) {
  ScriptedUpstream upstream;
  BlockingClient client;
  HttpLoop::TransferId id = 0;
  std::promise<void> ended;
  client.Run([&] {
    id = client.client.Send(Request("GET", upstream.url()), {.timeout = 10s},
                            [&](const HttpResult&) { ended.set_value(); });
  });
  ended.get_future().wait();
  client.Run([&] {
    client.client.Abort(id);
    client.client.Abort(12345);
  });
  EXPECT_NE(client.Get(upstream.url()).response(), nullptr);
}

TEST(CurlAbort, WithinACallbackOfAnotherTransferWorks) {
  ScriptedUpstream upstream;
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    if (request.target == "/stalls") return {Stall()};
    return {Send(HttpReply(200, "{}"))};
  });
  BlockingClient client;
  std::promise<void> aborted;
  client.Run([&] {
    const auto stalls =
        client.client.Send(Request("GET", upstream.url() + "/stalls"), {.timeout = 10s},
                           [](const HttpResult&) { ADD_FAILURE(); });
    client.client.Send(Request("GET", upstream.url() + "/answers"), {.timeout = 10s},
                       [&, stalls](const HttpResult&) {
                         client.client.Abort(stalls);
                         aborted.set_value();
                       });
  });
  aborted.get_future().wait();
  EXPECT_NE(client.Get(upstream.url()).response(), nullptr);
}

}  // namespace
}  // namespace gateway
