// Bytes and ends that wait on an idle connection are never the next request's response.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "tests/support/http_encoding.h"
#include "tests/support/libcurl.h"
#include "tests/support/scripted_upstream.h"
#include "tests/support/test_certificate.h"
#include "tests/upstream/blocking_client.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const TestCertificate& Certificate() {
  static const TestCertificate certificate = MakeTestCertificate("server");
  return certificate;
}

/// Stale connections, found by a client over plain TCP (false) or TLS (true).
class StaleConnection : public ::testing::TestWithParam<bool> {
 protected:
  StaleConnection()
      : upstream_(GetParam() ? std::make_unique<ScriptedUpstream>(ServerTls{
                                   Certificate().certificate_pem, Certificate().key_pem, {}})
                             : std::make_unique<ScriptedUpstream>()),
        client_(Options()) {}

  CurlHttpLoopOptions Options() {
    static const AtomicValue<TlsMaterial> trusting(
        TlsMaterial{Certificate().certificate_pem, {}, {}});
    CurlHttpLoopOptions options;
    options.tls = &trusting;
    options.on_stale_connection = [this] { ++stale_; };
    return options;
  }

  /// The first response, then on its connection what `left` does; `/next` for the next connection.
  void Leave(Script left) {
    Script first{Send(HttpReply(200, "first")), Stall()};
    first.insert(first.end(), left.begin(), left.end());
    upstream_->OnRequest(InOrder({first, {Send(HttpReply(200, "second"))}}));
  }
  /// Has the first response come, and what was left after it.
  void ReceiveFirst(bool closes) {
    const HttpResult first = client_.Get(upstream_->url());
    ASSERT_NE(first.response(), nullptr);
    ASSERT_EQ(first.response()->body, "first");
    upstream_->Release();
    ASSERT_TRUE(upstream_->WaitFor(
        [&](const auto& now) { return closes ? now.open == 0 : now.completed == 1; }));
  }
  /// The connection was closed by us, who count it, or by libcurl, which does not.
  void ExpectNoticed(const std::string& bytes = {}) const {
    if (kLibcurlLooksFirst) {
      EXPECT_LE(stale_, 1) << bytes;
    } else {
      EXPECT_EQ(stale_, 1) << bytes;
    }
  }
  std::vector<int> ConnectionsOfRequests() {
    std::vector<int> connections;
    for (const auto& request : upstream_->requests()) connections.push_back(request.connection);
    return connections;
  }

  std::atomic<int> stale_ = 0;
  std::unique_ptr<ScriptedUpstream> upstream_;
  BlockingClient client_;
};

using StaleTlsConnection = StaleConnection;
INSTANTIATE_TEST_SUITE_P(Tls, StaleTlsConnection, ::testing::Values(true));

TEST_P(StaleTlsConnection, IsNotOneOnWhichTicketsAndKeyUpdatesWait) {
  upstream_->OnRequest([](const ReceivedRequest& request) -> Script {
    if (request.number > 0) return {Send(HttpReply(200, "second"))};
    return {Send(HttpReply(200, "first")), Stall(), TicketAndKeyUpdate()};
  });
  ReceiveFirst(/*closes=*/false);
  for (int i = 0; i < 3; ++i) {
    const HttpResult second = client_.Post(upstream_->url());
    ASSERT_NE(second.response(), nullptr) << second.error()->text;
    EXPECT_EQ(second.response()->body, "second");
  }
  EXPECT_EQ(upstream_->counters().accepted, kLibcurlLooksFirst ? 2 : 1);
  EXPECT_EQ(stale_, 0);
}

TEST_P(StaleTlsConnection, IsOneWhereApplicationDataWaitsBehindATicket) {
  Leave({TicketAndKeyUpdate(), Send(HttpReply(200, "stray"))});
  ReceiveFirst(/*closes=*/false);
  const HttpResult second = client_.Post(upstream_->url());
  ASSERT_NE(second.response(), nullptr) << second.error()->text;
  EXPECT_EQ(second.response()->body, "second");
  ExpectNoticed();
}

INSTANTIATE_TEST_SUITE_P(Plain, StaleConnection, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, StaleConnection, ::testing::Values(true));

TEST_P(StaleConnection, Row1IsClosedUnusedAndTheRequestGoesOutOnAFreshOne) {
  const std::string stray = HttpReply(200, "stray");
  const std::string two = stray + stray;
  for (const std::string& bytes :
       {stray, two, std::string("H"), stray.substr(0, 30), HttpReply(204), std::string("\r\n"),
        std::string(1, '\0'), std::string("HTTP/1.1 100 Continue\r\n\r\n")}) {
    for (const char* verb : {"GET", "POST", "DELETE"}) {
      upstream_ = GetParam() ? std::make_unique<ScriptedUpstream>(ServerTls{
                                   Certificate().certificate_pem, Certificate().key_pem, {}})
                             : std::make_unique<ScriptedUpstream>();
      stale_ = 0;
      Leave({Send(bytes)});
      ReceiveFirst(/*closes=*/false);
      const HttpResult second = client_.Call(Request(verb, upstream_->url()));
      ASSERT_NE(second.response(), nullptr) << bytes << ": " << second.error()->text;
      EXPECT_EQ(second.response()->body, "second") << bytes;
      ExpectNoticed(bytes);
      EXPECT_THAT(ConnectionsOfRequests(), ElementsAre(0, 1)) << bytes;
      EXPECT_TRUE(upstream_->WaitFor([](const auto& now) { return now.open == 1; })) << bytes;
    }
  }
}

TEST_P(StaleConnection, Row2WithABalancersTimeoutAndItsEndIsNotUsed) {
  const std::string timeout = HttpReply(408, "", {{"Connection", "close"}});
  for (const Step& end : {Close(), Cut()}) {
    upstream_ = GetParam() ? std::make_unique<ScriptedUpstream>(ServerTls{
                                 Certificate().certificate_pem, Certificate().key_pem, {}})
                           : std::make_unique<ScriptedUpstream>();
    stale_ = 0;
    Leave({Send(timeout), end});
    ReceiveFirst(/*closes=*/true);
    const HttpResult second = client_.Post(upstream_->url());
    ASSERT_NE(second.response(), nullptr) << second.error()->text;
    EXPECT_EQ(second.response()->status, 200);
    ExpectNoticed();
    EXPECT_THAT(ConnectionsOfRequests(), ElementsAre(0, 1));
  }
}

TEST_P(StaleConnection, ThatHasEndedIsNotUsed) {
  for (const Step& end : {Close(), Cut(), Reset()}) {
    upstream_ = GetParam() ? std::make_unique<ScriptedUpstream>(ServerTls{
                                 Certificate().certificate_pem, Certificate().key_pem, {}})
                           : std::make_unique<ScriptedUpstream>();
    Leave({end});
    ReceiveFirst(/*closes=*/true);
    const HttpResult second = client_.Post(upstream_->url());
    ASSERT_NE(second.response(), nullptr) << second.error()->text;
    EXPECT_EQ(second.response()->body, "second");
    EXPECT_THAT(ConnectionsOfRequests(), ElementsAre(0, 1));
  }
}

TEST_P(StaleConnection, IsNotMetTwiceByOneRequest) {
  constexpr int kMany = 5;
  upstream_->OnRequest([](const ReceivedRequest& request) -> Script {
    if (request.target != "/first") return {Send(HttpReply(200, "second"))};
    return {Stall(), Send(HttpReply(200, "first")), Send(HttpReply(200, "stray"))};
  });
  std::vector<std::future<HttpResult>> first;
  for (int i = 0; i < kMany; ++i) {
    first.push_back(client_.Start(Request("GET", upstream_->url() + "/first")));
  }
  ASSERT_TRUE(upstream_->WaitFor([](const auto& now) { return now.requests == kMany; }));
  upstream_->Release();
  for (auto& result : first) ASSERT_NE(result.get().response(), nullptr);
  ASSERT_TRUE(upstream_->WaitFor([](const auto& now) { return now.completed == kMany; }));
  for (int i = 0; i < 2 * kMany; ++i) {
    const HttpResult result = client_.Post(upstream_->url() + "/second");
    ASSERT_NE(result.response(), nullptr);
    EXPECT_EQ(result.response()->body, "second");
  }
  EXPECT_LE(stale_, kMany);
}

TEST_P(StaleConnection, BytesBehindAResponsesEndAreNotTheNextResponse) {
  const std::string stray = HttpReply(200, "stray");
  for (const std::string& first : {HttpReply(200, "first"), ChunkedReply("first"), HttpReply(204),
                                   HttpReply(304), HttpReply(200, "")}) {
    for (const Script& script : {Script{Send(first + stray)}, Script{Send(first), Send(stray)},
                                 Script{Send(first + stray.substr(0, 20)), Send(stray.substr(20))},
                                 Script{Send(first + stray + stray + std::string(100'000, 'x'))}}) {
      upstream_ = GetParam() ? std::make_unique<ScriptedUpstream>(ServerTls{
                                   Certificate().certificate_pem, Certificate().key_pem, {}})
                             : std::make_unique<ScriptedUpstream>();
      upstream_->OnRequest([&](const ReceivedRequest& request) -> Script {
        if (request.number == 0) return script;
        return {Send(HttpReply(200, "second"))};
      });
      ASSERT_NE(client_.Get(upstream_->url()).response(), nullptr);
      static_cast<void>(
          upstream_->WaitFor([](const auto& now) { return now.completed == 1 || now.open == 0; }));
      for (int i = 0; i < 3; ++i) {
        const HttpResult result = client_.Post(upstream_->url());
        ASSERT_NE(result.response(), nullptr) << first << result.error()->text;
        EXPECT_EQ(result.response()->body, "second") << first;
      }
    }
  }
}

TEST_P(StaleConnection, LeavesWhatRemainsOfTheTimeout) {
  Leave({Send("H")});
  ReceiveFirst(/*closes=*/false);
  upstream_->OnConnection([](int) -> Script { return {ReadUntil("never")}; });
  const HttpResult second = client_.Call(Request("POST", upstream_->url()), {.timeout = 200ms});
  EXPECT_EQ(ErrorOf(second), std::pair(TransportErrorKind::kTimeout, Delivery::kMayHaveArrived));
  EXPECT_GE(second.elapsed, 200ms);
  ExpectNoticed();
}

TEST_P(StaleConnection, WithoutAnotherToBeHadMeansNeverSent) {
  Leave({Send("H")});
  ReceiveFirst(/*closes=*/false);
  const std::string url = upstream_->url();
  upstream_.reset();
  EXPECT_EQ(ErrorOf(client_.Post(url)),
            std::pair(TransportErrorKind::kConnect, Delivery::kNeverSent));
}

TEST_P(StaleConnection, IsNoneWhereNothingWaits) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_NE(client_.Get(upstream_->url()).response(), nullptr);
  }
  EXPECT_EQ(upstream_->counters().accepted, 1);
  EXPECT_EQ(stale_, 0);
}

}  // namespace
}  // namespace gateway
