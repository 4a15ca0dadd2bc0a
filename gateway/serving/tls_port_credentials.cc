#include "gateway/serving/tls_port_credentials.h"

#include <fmt/format.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <string>
#include <utility>
#include <vector>

#include "gateway/base/address.h"
#include "gateway/base/resolve.h"
#include "gateway/serving/grpc_library.h"

namespace gateway {
namespace {

/// The credentials of one socket's handshakes.
class SocketCredentials {
 public:
  explicit SocketCredentials(const AtomicValue<TlsMaterial>& tls) : tls_(tls) {
    const auto client_certificate =
        tls.Load()->ca_pem.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                   : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            client_certificate, &SocketCredentials::BeforeHandshake, this));
  }
  ~SocketCredentials() { grpc_server_credentials_release(credentials_); }
  SocketCredentials(const SocketCredentials&) = delete;
  SocketCredentials& operator=(const SocketCredentials&) = delete;

  [[nodiscard]] grpc_server_credentials* get() { return credentials_; }

 private:
  /// Runs on any of gRPC's threads, one at a time, as a socket accepts one connection at a time.
  static grpc_ssl_certificate_config_reload_status BeforeHandshake(
      void* self, grpc_ssl_server_certificate_config** config) {
    auto& credentials = *static_cast<SocketCredentials*>(self);
    auto current = credentials.tls_.Load();
    if (current == credentials.in_use_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair identity{.private_key = current->key_pem.c_str(),
                                              .cert_chain = current->certificate_pem.c_str()};
    // Debian's build of gRPC aborts without a CA, even if no client is asked for a certificate.
    const std::string& ca = current->ca_pem.empty() ? current->certificate_pem : current->ca_pem;
    *config = grpc_ssl_server_certificate_config_create(ca.c_str(), &identity, 1);
    credentials.in_use_ = std::move(current);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const AtomicValue<TlsMaterial>& tls_;
  /// Shared with tls_ until the certificate changes.
  std::shared_ptr<const TlsMaterial> in_use_;
  grpc_server_credentials* credentials_ = nullptr;
};

class ReloadingCredentials final : public ServerCredentialsBase {
 public:
  ReloadingCredentials(const AtomicValue<TlsMaterial>& tls, Address address)
      : tls_(tls), address_(std::move(address)) {}

  /// Unused: only for credentials that calls carry in their metadata.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  /// The sockets of one port would share a certificate, which gRPC replaces without a lock against
  /// handshakes of the others. So a name with several addresses becomes several ports of one
  /// number.
  int AddPortToServer(const std::string& /*address*/, grpc_server* server) override {
    int port = 0;
    for (const std::string& host : Resolve(address_.host)) {
      const std::string where = fmt::format("{}:{}", host, port == 0 ? address_.port : port);
      sockets_.push_back(std::make_unique<SocketCredentials>(tls_));
      const int bound = grpc_server_add_http2_port(server, where.c_str(), sockets_.back()->get());
      if (bound != 0) port = bound;
    }
    return port;
  }

  const AtomicValue<TlsMaterial>& tls_;
  const Address address_;
  std::vector<std::unique_ptr<SocketCredentials>> sockets_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsPortCredentials(const AtomicValue<TlsMaterial>& tls,
                                                            const Address& address) {
  return std::make_shared<ReloadingCredentials>(tls, address);
}

}  // namespace gateway
