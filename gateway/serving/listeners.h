// `--listen` → bound ports of a gRPC server.
//
// Not thread-safe; used on the thread that starts the server: Add before the server is built,
// Finish after. Destruction removes the socket files.
#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <vector>

#include "gateway/base/atomic_value.h"
#include "gateway/base/result.h"
#include "gateway/config/config.h"
#include "gateway/credentials/tls_material.h"
#include "gateway/serving/socket_file.h"

namespace gateway {

class Listeners {
 public:
  /// Claims socket paths and gives all addresses to the builder; TCP ones speak TLS if `tls` has a
  /// certificate. `tls` outlives the server, and so must this.
  static tl::expected<Listeners, Errors> Add(const Config& config,
                                             const AtomicValue<TlsMaterial>& tls,
                                             grpc::ServerBuilder& builder);

  /// After BuildAndStart, whose success is `started`: sets the sockets' modes and notes the ports
  /// that were bound.
  [[nodiscard]] Errors Finish(bool started);

  /// In the order of `--listen`, with the ports that were bound.
  [[nodiscard]] const std::vector<std::string>& addresses() const { return addresses_; }
  /// Those of them that other machines can reach.
  [[nodiscard]] std::vector<std::string> ExposedAddresses() const;

 private:
  struct Port {
    Address address;
    /// Set by the builder; 0: not bound. On the heap, as the builder keeps its address.
    std::unique_ptr<int> bound = std::make_unique<int>(0);
    std::optional<SocketFile> file;
    std::shared_ptr<grpc::ServerCredentials> credentials;
  };

  explicit Listeners(unsigned socket_mode) : socket_mode_(socket_mode) {}

  unsigned socket_mode_;
  std::vector<Port> ports_;
  std::vector<std::string> addresses_;
};

}  // namespace gateway
