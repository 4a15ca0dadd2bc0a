// TLS towards callers: who gets in, and what a change of the files does.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "gateway/base/resolve.h"
#include "tests/wire/tls_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;

class TlsTest : public GatewayTest {
 protected:
  TlsTest() {
    config.tls_cert = secret.PathOf("tls.crt");
    config.tls_key = secret.PathOf("tls.key");
  }
  void RequireCallersCertificate() { config.tls_client_ca = secret.PathOf("ca.crt"); }
  std::shared_ptr<grpc::Channel> Dial(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    return OpenChannel(gateway().addresses().at(0), credentials);
  }
  void Publish(const TestCertificate& identity, const std::string& ca_pem) {
    secret.Publish(SecretOf(identity, ca_pem));
    api().credentials().ReloadChanged(api().metrics());
  }
  /// The version that a client which speaks `version` only agrees upon with the gateway; 0: none.
  int Handshake(int version);

  const TestCertificate server = MakeTestCertificate("server");
  const TestCertificate caller = MakeTestCertificate("caller");
  const TestCertificate stranger = MakeTestCertificate("stranger");
  MountedSecret secret{SecretOf(server, caller.certificate_pem)};
};

int TlsTest::Handshake(int version) {
  const std::string address = gateway().addresses().at(0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  // This client would speak the old versions.
  SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const unsigned char http2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), http2, sizeof(http2));
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  SSL_set_fd(ssl.get(), fd);
  const int agreed = SSL_connect(ssl.get()) == 1 ? SSL_version(ssl.get()) : 0;
  close(fd);
  return agreed;
}

TEST_F(TlsTest, CallersThatTrustTheCertificateAreServed) {
  const TlsCall call = CallOver(Dial(CallerTls(server.certificate_pem)));
  EXPECT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_EQ(call.server_name, "server");
}

TEST_F(TlsTest, CallersThatDoNotTrustItSendNothing) {
  EXPECT_EQ(CallOver(Dial(CallerTls(stranger.certificate_pem))).status.error_code(),
            StatusCode::UNAVAILABLE);
  EXPECT_EQ(upstream.counters().requests, 0);
}

TEST_F(TlsTest, PlaintextIsNotServed) {
  EXPECT_EQ(CallOver(Dial(grpc::InsecureChannelCredentials())).status.error_code(),
            StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, VersionsBelow1point2AreRefused) {
  EXPECT_EQ(Handshake(TLS1_3_VERSION), TLS1_3_VERSION);
  EXPECT_EQ(Handshake(TLS1_2_VERSION), TLS1_2_VERSION);
  EXPECT_EQ(Handshake(TLS1_1_VERSION), 0);
  EXPECT_EQ(Handshake(TLS1_VERSION), 0);
}

TEST_F(TlsTest, WithAClientCaOnlyItsCallersAreServed) {
  RequireCallersCertificate();
  EXPECT_TRUE(CallOver(Dial(CallerTls(server.certificate_pem, caller))).status.ok());
  for (const TestCertificate& other : {TestCertificate(), stranger}) {
    EXPECT_EQ(CallOver(Dial(CallerTls(server.certificate_pem, other))).status.error_code(),
              StatusCode::UNAVAILABLE);
  }
  EXPECT_EQ(upstream.counters().requests, 1);
}

TEST_F(TlsTest, EveryTcpListenerHasItAndSocketFilesDoNot) {
  const std::string socket = "unix:" + secret.PathOf("socket");
  config.listen = {AddressOf("127.0.0.1:0"), AddressOf(socket), AddressOf("127.0.0.1:0")};
  const auto addresses = gateway().addresses();
  ASSERT_EQ(addresses.size(), 3U);
  const auto trusting = CallerTls(server.certificate_pem);
  EXPECT_EQ(CallOver(OpenChannel(addresses[0], trusting)).server_name, "server");
  EXPECT_TRUE(CallOver(OpenChannel(addresses[1])).status.ok());
  EXPECT_EQ(CallOver(OpenChannel(addresses[2], trusting)).server_name, "server");
  const TestCertificate next = MakeTestCertificate("next");
  Publish(next, caller.certificate_pem);
  for (const std::size_t tcp : {0U, 2U}) {
    EXPECT_EQ(CallOver(OpenChannel(addresses[tcp], CallerTls(next.certificate_pem))).server_name,
              "next");
  }
}

TEST_F(TlsTest, AHostNameMayHaveSeveralAddresses) {
  config.listen = {AddressOf("localhost:0")};
  const std::string address = gateway().addresses().at(0);
  const std::string port = address.substr(address.rfind(':'));
  // Resolved here: Debian's c-ares, which gRPC's clients use, leaks.
  const std::vector<std::string> hosts = Resolve("localhost");
  EXPECT_THAT(hosts, testing::Contains("127.0.0.1"));
  for (const std::string& host : hosts) {
    EXPECT_EQ(CallOver(OpenChannel(host + port, CallerTls(server.certificate_pem))).server_name,
              "server");
  }
}

TEST_F(TlsTest, APortInUseIsAnError) {
  config.listen = {AddressOf(gateway().addresses().at(0))};
  const auto second = Server::Start(config, api());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), ElementsAre(HasSubstr("cannot be bound")));
}

TEST_F(TlsTest, AChangedCertificateIsShownToNewConnectionsAndOldOnesStay) {
  const TestCertificate next = MakeTestCertificate("next");
  const auto trusting = CallerTls(server.certificate_pem + next.certificate_pem);
  const auto old = Dial(trusting);
  EXPECT_EQ(CallOver(old).server_name, "server");
  Publish(next, caller.certificate_pem);
  EXPECT_EQ(CallOver(Dial(trusting)).server_name, "next");
  EXPECT_EQ(CallOver(old).server_name, "server");
}

TEST_F(TlsTest, AChangedClientCaDecidesOnNewConnections) {
  RequireCallersCertificate();
  const auto as_caller = CallerTls(server.certificate_pem, caller);
  const auto as_stranger = CallerTls(server.certificate_pem, stranger);
  const auto old = Dial(as_caller);
  EXPECT_TRUE(CallOver(old).status.ok());
  EXPECT_FALSE(CallOver(Dial(as_stranger)).status.ok());
  Publish(server, stranger.certificate_pem);
  EXPECT_TRUE(CallOver(Dial(as_stranger)).status.ok());
  EXPECT_FALSE(CallOver(Dial(as_caller)).status.ok());
  EXPECT_TRUE(CallOver(old).status.ok());
}

TEST_F(TlsTest, BrokenFilesLeaveTheOldCertificateAtWork) {
  const auto trusting = CallerTls(server.certificate_pem);
  EXPECT_TRUE(CallOver(Dial(trusting)).status.ok());
  for (const TestCertificate& broken :
       {TestCertificate{.certificate_pem = "", .key_pem = ""},
        TestCertificate{.certificate_pem = stranger.certificate_pem, .key_pem = server.key_pem}}) {
    Publish(broken, caller.certificate_pem);
    EXPECT_EQ(CallOver(Dial(trusting)).server_name, "server");
  }
  EXPECT_THAT(api().metrics().Render(),
              HasSubstr("credential_reloads_total{kind=\"server_tls\",result=\"failure\"} 2\n"));
}

TEST_F(TlsTest, ErrorsOfAllFilesStopTheStart) {
  config.tls_cert = secret.PathOf("none");
  config.tls_client_ca = secret.PathOf("tls.key");
  config.upstream_ca = secret.PathOf("tls.key");
  const auto faulty = App::Compile(config);
  ASSERT_FALSE(faulty);
  EXPECT_THAT(
      faulty.error(),
      ElementsAre("--tls-cert: " + config.tls_cert + " does not exist",
                  "--tls-client-ca: " + config.tls_client_ca + " holds no certificate in PEM form",
                  "--upstream-ca: " + config.upstream_ca + " holds no certificate in PEM form"));
}

}  // namespace
}  // namespace gateway
