#include "gateway/cli/client_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "gateway/credentials/tls_material.h"

namespace gateway {
namespace {

constexpr int kUnlimited = -1;
constexpr int kReconnectMs = 100;

using ChannelCredentials = std::shared_ptr<grpc::ChannelCredentials>;

tl::expected<ChannelCredentials, Errors> TlsCredentials(const ClientConfig& client) {
  AtomicValue<TlsMaterial> tls;
  return WatchTls({.certificate = {"--tls-client-cert", client.tls_client_cert},
                   .key = {"--tls-client-key", client.tls_client_key},
                   .ca = {"--tls-ca", client.tls_ca}},
                  tls)
      .Load()
      .map([&tls] {
        const auto current = tls.Load();
        return grpc::SslCredentials({.pem_root_certs = current->ca_pem,
                                     .pem_private_key = current->key_pem,
                                     .pem_cert_chain = current->certificate_pem});
      });
}

}  // namespace

tl::expected<std::shared_ptr<grpc::Channel>, Errors> OpenChannelTo(const ClientConfig& client) {
  const bool has_tls = !client.tls_ca.empty() && !client.address.IsUnix();
  const auto credentials = has_tls ? TlsCredentials(client) : grpc::InsecureChannelCredentials();
  if (!credentials) return tl::unexpected(credentials.error());

  grpc::ChannelArguments arguments;
  // The gateway is near: there is no proxy before it, and one that just starts is soon there.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetMaxReceiveMessageSize(kUnlimited);
  if (has_tls && !client.tls_server_name.empty()) {
    arguments.SetSslTargetNameOverride(client.tls_server_name);
  }
  return grpc::CreateCustomChannel(client.address.ToString(), *credentials, arguments);
}

}  // namespace gateway
