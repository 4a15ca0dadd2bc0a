// The names of gRPC's status codes, in the two spellings in use. Pure functions.
#pragma once

#include <grpcpp/support/status.h>

#include <array>
#include <string_view>

namespace gateway {

/// By number, from OK (0) to UNAUTHENTICATED (16).
inline constexpr std::array<std::string_view, 17> kStatusCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};
static_assert(kStatusCodeNames[grpc::StatusCode::UNAUTHENTICATED] == "UNAUTHENTICATED");

/// The same in the spelling of grpc_server_handled_total, which dashboards know.
inline constexpr std::array<const char*, kStatusCodeNames.size()> kMetricCodeNames = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

/// `NOT_FOUND` for StatusCode::NOT_FOUND; `UNKNOWN` for what is no code.
constexpr std::string_view StatusCodeName(grpc::StatusCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kStatusCodeNames.size() ? kStatusCodeNames[index] : "UNKNOWN";
}

}  // namespace gateway
