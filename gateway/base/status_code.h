// The names of gRPC's status codes. Thread-safe; pure functions.
#pragma once

#include <grpcpp/support/status_code_enum.h>

#include <cstddef>
#include <string_view>

namespace gateway {

/// OK to UNAUTHENTICATED, without a gap.
constexpr std::size_t kStatusCodes = 17;

/// `NOT_FOUND`, as gRPC's documents spell it; `UNKNOWN` for a number that is no code.
std::string_view StatusCodeName(grpc::StatusCode code);

/// `NotFound`, as dashboards made for grpc_server_handled_total expect it; `Unknown` for a number
/// that is no code.
std::string_view StatusCodeLabel(grpc::StatusCode code);

}  // namespace gateway
