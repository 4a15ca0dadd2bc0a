// What differs between the gRPC libraries that the gateway's server is built with: 1.51 of Debian
// 12 and 13, and 1.83 of the base "next" (deploy/next-packages). Their logs differ too: see
// telemetry/library_log.h.
#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/version_info.h>

#include <string_view>

namespace gateway {

/// Whether whoever may connect to a server of this release ("1.51.1") can stop it or fill its
/// memory, as tests/attacks shows.
bool HasKnownHoles(std::string_view grpc_version);

/// From about 1.57 on, more metadata than GRPC_ARG_MAX_METADATA_SIZE is refused at random, the more
/// surely the nearer to this limit; 1.51 does not know it, and takes the other for a hard one.
constexpr const char* kAbsoluteMaxMetadataSize = "grpc.absolute_max_metadata_size";

/// Calls that gRPC has received and the gateway has not taken yet. Newer gRPC (1.60 or so) refuses
/// more than 1,000 of them at random and more than 3,000 always, so that a burst that
/// --max-in-flight allows would fail; 1.51 has no such limit.
constexpr const char* kMaxPendingRequests = "grpc.server.max_pending_requests";
constexpr const char* kMaxPendingRequestsHardLimit = "grpc.server.max_pending_requests_hard_limit";

/// grpc::ServerCredentials that stand for no object of the C API, which newer gRPC asks for.
class ServerCredentialsBase : public grpc::ServerCredentials {
#if GRPC_CPP_VERSION_MINOR >= 57
 protected:
  ServerCredentialsBase() : grpc::ServerCredentials(nullptr) {}
#endif
};

}  // namespace gateway
