#include "gateway/config/client_flags.h"

#include "gateway/config/flag_targets.h"
#include "gateway/config/flag_values.h"

namespace gateway {
namespace {

using Command = CommandLine::Command;

FlagGroup Client() {
  return {.title = "Client",
          .commands = {Command::kCall, Command::kHealth, Command::kWait},
          .flags = {{.name = "address",
                     .placeholder = "ADDRESS",
                     .fallback = "127.0.0.1:50051",
                     .help = "Where the gateway listens: host:port or unix:/path.",
                     .target = Value(&CommandLine::address, ParseDialAddress)},
                    {.name = "tls-ca",
                     .placeholder = "FILE",
                     .help = "CA certificates (PEM) that the gateway is verified against: a TCP "
                             "address is reached over TLS. Socket files are plaintext.",
                     .target = Value(&CommandLine::tls_ca, ParsePath)},
                    {.name = "tls-client-cert",
                     .placeholder = "FILE",
                     .help = "Certificate (PEM) for a gateway with --tls-client-ca, with "
                             "--tls-client-key.",
                     .target = Value(&CommandLine::tls_client_cert, ParsePath)},
                    {.name = "tls-client-key",
                     .placeholder = "FILE",
                     .help = "The certificate's private key (PEM), without a passphrase.",
                     .target = Value(&CommandLine::tls_client_key, ParsePath)},
                    {.name = "tls-server-name",
                     .placeholder = "NAME",
                     .fallback = "the address's host",
                     .help = "Name that the gateway's certificate must have. For a probe on "
                             "127.0.0.1 of a certificate that names a service.",
                     .target = Value(&CommandLine::tls_server_name, ParseName)}}};
}

FlagGroup Metadata() {
  return {.title = "Metadata",
          .commands = {Command::kCall},
          .flags = {{.name = "metadata",
                     .placeholder = "NAME=VALUE",
                     .help = "Metadata of the call, such as authorization=Bearer … for a gateway "
                             "with --auth caller.",
                     .target = List(&CommandLine::metadata, ParseMetadata),
                     .secret = true}}};
}

FlagGroup Waiting() {
  return {.title = "Waiting",
          .commands = {Command::kWait},
          .flags = {{.name = "max",
                     .placeholder = "DURATION",
                     .fallback = "30s",
                     .help = "How long to wait.",
                     .target = Value(&CommandLine::max_wait, ParseDuration)}}};
}

}  // namespace

std::vector<FlagGroup> ClientFlagGroups() { return {Client(), Metadata(), Waiting()}; }

}  // namespace gateway
