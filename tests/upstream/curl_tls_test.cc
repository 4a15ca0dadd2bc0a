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
  current.Set(tls);
  ASSERT_NE(client.Get(upstream.url()).response(), nullptr);
  std::vector<std::string> names;
  for (const auto& request : upstream.requests()) names.push_back(request.peer_name);
  EXPECT_THAT(names, ::testing::ElementsAre("first", "first", "second"));
  EXPECT_EQ(upstream.counters().accepted, 2);
}

TEST(CurlTls, WithoutAnAnswerIsAFaultWhenTheClientCertificateIsNotAccepted) {
  ScriptedUpstream upstream(Tls(MakeTestCertificate("ca").certificate_pem));
  BlockingClient client(WithTrust());
  // TLS 1.3: the refusal arrives after the request went out.
  EXPECT_NE(client.Post(upstream.url()).error(), nullptr);
  EXPECT_EQ(upstream.counters().requests, 0);
}

TEST(CurlTls, AnswerThatIsCutShortIsNoAnswer) {
  ScriptedUpstream upstream(Tls());
  upstream.OnRequest(InOrder({{Send("HTTP/1.1 200 OK\r\n\r\nno length"), Reset()}}));
  BlockingClient client(WithTrust());
  EXPECT_EQ(ErrorOf(client.Post(upstream.url())),
            std::pair(TransportErrorKind::kTruncated, Delivery::kMayHaveArrived));
}

}  // namespace
}  // namespace gateway
