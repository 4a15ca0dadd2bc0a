#include "gateway/base/status_code.h"

#include <array>

namespace gateway {
namespace {

struct Names {
  grpc::StatusCode code;
  std::string_view name;
  std::string_view label;
};

/// By number.
constexpr std::array<Names, kStatusCodes> kNames = {{
    {grpc::OK, "OK", "OK"},
    {grpc::CANCELLED, "CANCELLED", "Canceled"},
    {grpc::UNKNOWN, "UNKNOWN", "Unknown"},
    {grpc::INVALID_ARGUMENT, "INVALID_ARGUMENT", "InvalidArgument"},
    {grpc::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "DeadlineExceeded"},
    {grpc::NOT_FOUND, "NOT_FOUND", "NotFound"},
    {grpc::ALREADY_EXISTS, "ALREADY_EXISTS", "AlreadyExists"},
    {grpc::PERMISSION_DENIED, "PERMISSION_DENIED", "PermissionDenied"},
    {grpc::RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", "ResourceExhausted"},
    {grpc::FAILED_PRECONDITION, "FAILED_PRECONDITION", "FailedPrecondition"},
    {grpc::ABORTED, "ABORTED", "Aborted"},
    {grpc::OUT_OF_RANGE, "OUT_OF_RANGE", "OutOfRange"},
    {grpc::UNIMPLEMENTED, "UNIMPLEMENTED", "Unimplemented"},
    {grpc::INTERNAL, "INTERNAL", "Internal"},
    {grpc::UNAVAILABLE, "UNAVAILABLE", "Unavailable"},
    {grpc::DATA_LOSS, "DATA_LOSS", "DataLoss"},
    {grpc::UNAUTHENTICATED, "UNAUTHENTICATED", "Unauthenticated"},
}};

constexpr bool IsByNumber() {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i].code != static_cast<grpc::StatusCode>(i)) return false;
  }
  return true;
}
static_assert(IsByNumber());

const Names& NamesOf(grpc::StatusCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : kNames[grpc::UNKNOWN];
}

}  // namespace

std::string_view StatusCodeName(grpc::StatusCode code) { return NamesOf(code).name; }
std::string_view StatusCodeLabel(grpc::StatusCode code) { return NamesOf(code).label; }

}  // namespace gateway
