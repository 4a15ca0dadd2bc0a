// Prints what the program makes of HTTP statuses and transport errors, for tables_test.py: lines of
// `http STATUS CODE`, `transport REASON CODE` and `code CODE`.
#include <absl/status/status.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <iostream>
#include <string>
#include <tuple>

#include "gateway/transcoding/status_mapping.h"

namespace gateway {
namespace {

// Abseil's codes are gRPC's.
std::string NameOf(grpc::StatusCode code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  std::ignore = details.ParseFromString(status.error_details());
  if (details.details_size() > 0) std::ignore = details.details(0).UnpackTo(&info);
  return info.reason();
}

void PrintAll() {
  for (int code = 0; code <= grpc::StatusCode::UNAUTHENTICATED; ++code) {
    std::cout << "code " << NameOf(static_cast<grpc::StatusCode>(code)) << '\n';
  }
  for (int status = 0; status < 1000; ++status) {
    std::cout << "http " << status << ' ' << NameOf(CodeForHttpStatus(status)) << '\n';
  }
  // The first kind that is none has the last reason.
  std::string reason;
  for (int kind = 0; reason != "TRANSPORT_UNKNOWN"; ++kind) {
    const TransportError error{static_cast<TransportErrorKind>(kind), Delivery::kNeverSent, ""};
    const grpc::Status status = StatusOfTransport(error, FailureContext{});
    reason = ReasonOf(status);
    std::cout << "transport " << reason << ' ' << NameOf(status.error_code()) << '\n';
  }
}

}  // namespace
}  // namespace gateway

int main() { gateway::PrintAll(); }
