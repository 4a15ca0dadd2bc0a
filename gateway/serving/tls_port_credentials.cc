#include "gateway/serving/tls_port_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <string>

namespace gateway {
namespace {

class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  explicit ReloadingCredentials(const Current<TlsMaterial>& tls) : tls_(tls) {
    const auto client_certificate =
        tls.Get()->ca_pem.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                  : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            client_certificate, &ReloadingCredentials::BeforeHandshake, this));
  }
  ~ReloadingCredentials() override { grpc_server_credentials_release(credentials_); }
  ReloadingCredentials(const ReloadingCredentials&) = delete;
  ReloadingCredentials& operator=(const ReloadingCredentials&) = delete;

  /// Unused: it is for credentials that calls carry in their metadata.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  /// On any of gRPC's threads, one at a time: the port calls it under a lock of its own.
  static grpc_ssl_certificate_config_reload_status BeforeHandshake(
      void* self, grpc_ssl_server_certificate_config** config) {
    auto& credentials = *static_cast<ReloadingCredentials*>(self);
    auto current = credentials.tls_.Get();
    if (current == credentials.in_use_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair identity{.private_key = current->key_pem.c_str(),
                                              .cert_chain = current->certificate_pem.c_str()};
    const char* const ca = current->ca_pem.empty() ? nullptr : current->ca_pem.c_str();
    *config = grpc_ssl_server_certificate_config_create(ca, &identity, 1);
    credentials.in_use_ = std::move(current);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const Current<TlsMaterial>& tls_;
  /// Shared with tls_ until that changes.
  std::shared_ptr<const TlsMaterial> in_use_;
  grpc_server_credentials* credentials_ = nullptr;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsPortCredentials(const Current<TlsMaterial>& tls) {
  return std::make_shared<ReloadingCredentials>(tls);
}

}  // namespace gateway
