#include "gateway/serving/listeners.h"

#include <fmt/format.h>

#include "gateway/serving/tls_port_credentials.h"

namespace gateway {
namespace {

constexpr std::string_view kUnixScheme = "unix:";

}  // namespace

tl::expected<Listeners, Errors> Listeners::Add(const Config& config,
                                               const AtomicValue<TlsMaterial>& tls,
                                               grpc::ServerBuilder& builder) {
  const bool has_tls = !tls.Load()->certificate_pem.empty();
  Listeners listeners(config.socket_mode);
  Errors faults;
  for (const std::string& address : config.listen) {
    Port port{.address = address, .file = std::nullopt, .credentials = nullptr};
    if (address.starts_with(kUnixScheme)) {
      auto file = SocketFile::Claim(address.substr(kUnixScheme.size()));
      if (!file) {
        faults.push_back(std::move(file.error()));
        continue;
      }
      port.file.emplace(*std::move(file));
    }
    port.credentials =
        has_tls && !port.file ? TlsPortCredentials(tls) : grpc::InsecureServerCredentials();
    builder.AddListeningPort(address, port.credentials, port.bound.get());
    listeners.ports_.push_back(std::move(port));
  }
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return listeners;
}

Errors Listeners::Finish(bool started) {
  Errors faults;
  for (Port& port : ports_) {
    if (*port.bound == 0) {
      faults.push_back(fmt::format("--listen {}: cannot be bound: is it in use?", port.address));
      break;  // The builder stops at the first: those behind it were not tried.
    }
    if (port.file) {
      if (auto set = port.file->SetMode(socket_mode_); !set) faults.push_back(set.error());
      addresses_.push_back(port.address);
    } else {
      const std::string host = port.address.substr(0, port.address.rfind(':'));
      addresses_.push_back(fmt::format("{}:{}", host, *port.bound));
    }
  }
  if (!started && faults.empty()) faults.emplace_back("the gRPC server does not start");
  return faults;
}

}  // namespace gateway
