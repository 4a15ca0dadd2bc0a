// How the commands reach a gateway.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <ostream>

#include "gateway/cli/client_commands.h"
#include "gateway/cli/status_text.h"
#include "gateway/credentials/tls_files.h"

namespace gateway {
namespace {

constexpr int kUnlimited = -1;
constexpr int kReconnectMs = 100;

/// Null, with the faults told, if the files are not sound.
std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(const ClientConfig& client,
                                                         std::ostream& err) {
  AtomicValue<TlsMaterial> tls;
  const Errors faults = WatchTls({.certificate = {"--tls-client-cert", client.tls_client_cert},
                                  .key = {"--tls-client-key", client.tls_client_key},
                                  .ca = {"--tls-ca", client.tls_ca}},
                                 tls)
                            .Load();
  err << ErrorLines(faults);
  if (!faults.empty()) return nullptr;
  const auto current = tls.Get();
  return grpc::SslCredentials({.pem_root_certs = current->ca_pem,
                               .pem_private_key = current->key_pem,
                               .pem_cert_chain = current->certificate_pem});
}

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannelTo(const ClientConfig& client, std::ostream& err) {
  const bool has_tls = !client.tls_ca.empty() && !client.address.IsUnix();
  const auto credentials =
      has_tls ? TlsCredentials(client, err) : grpc::InsecureChannelCredentials();
  if (credentials == nullptr) return nullptr;

  grpc::ChannelArguments arguments;
  // A gateway is near: no proxy stands before it, and one that just starts is there soon.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetMaxReceiveMessageSize(kUnlimited);
  if (has_tls && !client.tls_server_name.empty()) {
    arguments.SetSslTargetNameOverride(client.tls_server_name);
  }
  return grpc::CreateCustomChannel(client.address.ToString(), credentials, arguments);
}

}  // namespace gateway
