#include "gateway/serving/listeners.h"

#include <fmt/format.h>

#include "gateway/serving/tls_port_credentials.h"

namespace gateway {
tl::expected<Listeners, Errors> Listeners::Add(const Config& config,
                                               const AtomicValue<TlsMaterial>& tls,
                                               grpc::ServerBuilder& builder) {
  const bool has_tls = !tls.Load()->certificate_pem.empty();
  Listeners listeners(config.socket_mode);
  Errors errors;
  for (const Address& address : config.listen) {
    Port port{.address = address, .file = std::nullopt, .credentials = nullptr};
    if (address.IsUnix()) {
      auto file = SocketFile::Claim(address.path);
      if (!file) {
        errors.push_back(std::move(file.error()));
        continue;
      }
      port.file.emplace(*std::move(file));
    }
    port.credentials = has_tls && !port.file ? TlsPortCredentials(tls, address)
                                             : grpc::InsecureServerCredentials();
    builder.AddListeningPort(address.ToString(), port.credentials, port.bound.get());
    listeners.ports_.push_back(std::move(port));
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return listeners;
}

Errors Listeners::Finish(bool started) {
  Errors errors;
  for (Port& port : ports_) {
    if (*port.bound == 0) {
      errors.push_back(fmt::format(
          "--listen {}: cannot be bound: it is in use, or not an address of this machine",
          port.address.ToString()));
      break;  // The builder stops at the first: the ports behind it were not tried.
    }
    if (port.file) {
      if (auto set = port.file->SetMode(socket_mode_); !set) errors.push_back(set.error());
    } else {
      port.address.port = *port.bound;
    }
    addresses_.push_back(port.address.ToString());
  }
  if (!started && errors.empty()) errors.emplace_back("the gRPC server does not start");
  return errors;
}

std::vector<std::string> Listeners::ExposedAddresses() const {
  std::vector<std::string> exposed;
  for (const Port& port : ports_) {
    if (!port.address.IsLocal()) exposed.push_back(port.address.ToString());
  }
  return exposed;
}

}  // namespace gateway
