// TLS: whom we trust, who we are, and what changes while we run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_upstream.h"
#include "tests/support/test_certificate.h"
#include "tests/upstream/blocking_client.h"

namespace gateway {
namespace {

const TestCertificate& ServerCertificate() {
  static const TestCertificate certificate = MakeTestCertificate("server");
  return certificate;
}

ServerTls Tls(const std::string& client_ca_pem = {}) {
  return {ServerCertificate().certificate_pem, ServerCertificate().key_pem, client_ca_pem};
}

TlsMaterial Trusting() { return {ServerCertificate().certificate_pem, {}, {}}; }

CurlHttpLoopOptions With(const AtomicValue<TlsMaterial>& tls) {
  CurlHttpLoopOptions options;
  options.tls = &tls;
  return options;
}

CurlHttpLoopOptions WithTrust() {
  static const AtomicValue<TlsMaterial> trusting(Trusting());
  return With(trusting);
}

TEST(CurlTls, TrustsTheGivenCa) {
  ScriptedUpstream upstream(Tls());
  BlockingClient client(WithTrust());
  for (int i = 0; i < 2; ++i) EXPECT_NE(client.Get(upstream.url()).response(), nullptr);
  EXPECT_EQ(upstream.counters().accepted, 1);
}

TEST(CurlTls, SendsNothingToAnUpstreamThatItDoesNotTrust) {
  ScriptedUpstream upstream(Tls());
  struct Case {
    const char* what;
    TlsMaterial tls;
  };
  for (const Case& wanted : {Case{"the system's CAs", {}},
                             {"another CA", {MakeTestCertificate("other").certificate_pem, {}, {}}},
                             {"a broken CA", {"not a certificate", {}, {}}}}) {
    const AtomicValue<TlsMaterial> tls(wanted.tls);
    BlockingClient client(With(tls));
    EXPECT_EQ(ErrorOf(client.Post(upstream.url())),
              std::pair(TransportErrorKind::kTls, Delivery::kNeverSent))
        << wanted.what;
  }
  EXPECT_EQ(upstream.counters().requests, 0);
}

TEST(CurlTls, SendsNothingToAnotherHostThanTheCertificateNames) {
  ScriptedUpstream upstream(Tls());
  BlockingClient client(WithTrust());
  // 0.0.0.0 leads here too.
  const HttpResult result = client.Post("https://0.0.0.0:" + std::to_string(upstream.port()));
  EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kTls, Delivery::kNeverSent));
  EXPECT_EQ(upstream.counters().requests, 0);
}

TEST(CurlTls, Row13SaysWhatIsWrongWithTheCertificate) {
  struct Case {
    TestCertificate server;
    std::string trusted;
    std::string host;
    std::string problem;
  };
  const TestCertificate sound = MakeTestCertificate("server");
  const TestCertificate expired = MakeTestCertificate("server", -60);
  const TestCertificate early = MakeTestCertificate("server", 3600, -60);
  const TestCertificate other = MakeTestCertificate("other");
  const TestCertificate issued = MakeTestCertificate("server", other);
  for (const Case& c :
       {Case{expired, expired.certificate_pem, "127.0.0.1", "its certificate has expired"},
        {early, early.certificate_pem, "127.0.0.1", "its certificate is not valid yet"},
        {sound, sound.certificate_pem, "0.0.0.0", "its certificate is for another name"},
        {sound, other.certificate_pem, "127.0.0.1",
         "its certificate is self-signed and not a trusted one"},
        {issued, sound.certificate_pem, "127.0.0.1", "its certificate is from an unknown CA"}}) {
    ScriptedUpstream upstream({c.server.certificate_pem, c.server.key_pem, {}});
    const AtomicValue<TlsMaterial> tls(TlsMaterial{c.trusted, {}, {}});
    BlockingClient client(With(tls));
    const HttpResult result =
        client.Post("https://" + c.host + ":" + std::to_string(upstream.port()));
    ASSERT_NE(result.error(), nullptr) << c.problem;
    EXPECT_EQ(result.error()->text, "TLS with the upstream failed: " + c.problem);
    EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kTls, Delivery::kNeverSent));
  }
}

TEST(CurlTls, Row13SaysWhatTheProxyAnsweredAndNeverItsPassword) {
  struct Case {
    int status;
    std::string problem;
  };
  for (const Case& c : {Case{407, "407, it wants other credentials"},
                        {403, "403, it does not allow the upstream's host"},
                        {502, "502, it cannot reach the upstream"}}) {
    ScriptedUpstream proxy;
    proxy.OnRequest(
        [&](const ReceivedRequest&) -> Script { return {Send(HttpReply(c.status, "secret"))}; });
    CurlHttpLoopOptions options;
    options.proxy = "http://user:secret@127.0.0.1:" + std::to_string(proxy.port());
    BlockingClient client(options);
    const HttpResult result = client.Post("https://upstream.invalid/path");
    EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kConnect, Delivery::kNeverSent));
    ASSERT_NE(result.error(), nullptr);
    EXPECT_EQ(result.error()->text,
              "no connection to the upstream: the proxy answered CONNECT with HTTP " + c.problem);
    EXPECT_EQ(result.error()->http_status, 0);
  }
}

TEST(CurlTls, ShowsTheClientCertificateAndChangesItWithTheNextCall) {
  const TestCertificate first = MakeTestCertificate("first");
  const TestCertificate second = MakeTestCertificate("second");
  ScriptedUpstream upstream(Tls(first.certificate_pem + second.certificate_pem));
  TlsMaterial tls = Trusting();
  tls.certificate_pem = first.certificate_pem;
  tls.key_pem = first.key_pem;
  AtomicValue<TlsMaterial> current(tls);
  BlockingClient client(With(current));
  ASSERT_NE(client.Get(upstream.url()).response(), nullptr);
  ASSERT_NE(client.Get(upstream.url()).response(), nullptr);
  tls.certificate_pem = second.certificate_pem;
  tls.key_pem = second.key_pem;
  current.Store(tls);
  ASSERT_NE(client.Get(upstream.url()).response(), nullptr);
  std::vector<std::string> names;
  for (const auto& request : upstream.requests()) names.push_back(request.peer_name);
  EXPECT_THAT(names, ::testing::ElementsAre("first", "first", "second"));
  EXPECT_EQ(upstream.counters().accepted, 2);
}

TEST(CurlTls, WithoutAResponseIsAnErrorWhenTheClientCertificateIsNotAccepted) {
  ScriptedUpstream upstream(Tls(MakeTestCertificate("ca").certificate_pem));
  BlockingClient client(WithTrust());
  // TLS 1.3: the refusal arrives after the request went out.
  EXPECT_NE(client.Post(upstream.url()).error(), nullptr);
  EXPECT_EQ(upstream.counters().requests, 0);
}

TEST(CurlTls, ResponseThatIsCutShortIsAnError) {
  ScriptedUpstream upstream(Tls());
  upstream.OnRequest(InOrder({{Send("HTTP/1.1 200 OK\r\n\r\nno length"), Reset()}}));
  BlockingClient client(WithTrust());
  EXPECT_EQ(ErrorOf(client.Post(upstream.url())),
            std::pair(TransportErrorKind::kTruncated, Delivery::kMayHaveArrived));
}

}  // namespace
}  // namespace gateway
