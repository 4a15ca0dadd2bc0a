// How the commands reach a gateway.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <ostream>
#include <string_view>

#include "gateway/cli/client_commands.h"
#include "gateway/cli/status_text.h"
#include "gateway/credentials/tls_files.h"

namespace gateway {
namespace {

constexpr int kUnlimited = -1;
constexpr int kReconnectMs = 100;
constexpr std::string_view kUnixScheme = "unix:";

/// Null, with the faults told, if the files are not sound.
std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(const CommandLine& line,
                                                         std::ostream& err) {
  AtomicValue<TlsMaterial> tls;
  const Errors faults = WatchTls({.certificate = {"--tls-client-cert", line.tls_client_cert},
                                  .key = {"--tls-client-key", line.tls_client_key},
                                  .ca = {"--tls-ca", line.tls_ca}},
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

std::shared_ptr<grpc::Channel> OpenChannelTo(const CommandLine& line, std::ostream& err) {
  const bool has_tls = !line.tls_ca.empty() && !line.address.starts_with(kUnixScheme);
  const auto credentials = has_tls ? TlsCredentials(line, err) : grpc::InsecureChannelCredentials();
  if (credentials == nullptr) return nullptr;

  grpc::ChannelArguments arguments;
  // A gateway is near: no proxy stands before it, and one that just starts is there soon.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetMaxReceiveMessageSize(kUnlimited);
  if (has_tls && !line.tls_server_name.empty()) {
    arguments.SetSslTargetNameOverride(line.tls_server_name);
  }
  return grpc::CreateCustomChannel(line.address, credentials, arguments);
}

}  // namespace gateway
