// What is known of the gRPC releases that the gateway can be built with.
//
// Pure functions.
#pragma once

#include <string_view>

namespace gateway {

/// Whether whoever may connect to a server of this release ("1.51.1") can stop it or fill its
/// memory, as tests/attacks shows.
bool HasKnownHoles(std::string_view grpc_version);

}  // namespace gateway
