#include "gateway/serving/listeners.h"

#include <fmt/format.h>

#include "gateway/serving/tls_port_credentials.h"

namespace gateway {

tl::expected<Listeners, Errors> Listeners::Add(const Config& config,
                                               const AtomicValue<TlsMaterial>& tls,
                                               grpc::ServerBuilder& builder) {
  const bool has_tls = !tls.Get()->certificate_pem.empty();
  Listeners listeners(config.socket_mode);
  Errors faults;
  for (const Address& address : config.listen) {
    Port port{.address = address, .file = std::nullopt, .credentials = nullptr};
    if (address.IsUnix()) {
      auto file = SocketFile::Claim(address.path);
      if (!file) {
        faults.push_back(std::move(file.error()));
        continue;
      }
      port.file.emplace(*std::move(file));
    }
    port.credentials = has_tls && !port.file ? TlsPortCredentials(tls, address)
                                             : grpc::InsecureServerCredentials();
    builder.AddListeningPort(address.ToString(), port.credentials, port.bound.get());
    listeners.ports_.push_back(std::move(port));
  }
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return listeners;
}

Errors Listeners::Finish(bool started) {
  Errors faults;
  for (Port& port : ports_) {
    if (*port.bound == 0) {
      faults.push_back(
          fmt::format("--listen {}: cannot be bound: is it in use?", port.address.ToString()));
      break;  // The builder stops at the first: those behind it were not tried.
    }
    if (port.file) {
      if (auto set = port.file->SetMode(socket_mode_); !set) faults.push_back(set.error());
    } else {
      port.address.port = *port.bound;
    }
    addresses_.push_back(port.address.ToString());
  }
  if (!started && faults.empty()) faults.emplace_back("the gRPC server does not start");
  return faults;
}

}  // namespace gateway
