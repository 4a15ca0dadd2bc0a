#include "gateway/transcoding/argument_violations.h"

#include <google/rpc/status.pb.h>

#include <tuple>

namespace gateway {

void ArgumentViolations::Add(std::string_view field, std::string_view rule) {
  if (!empty() && details_.ByteSizeLong() + field.size() + rule.size() > kMaxBytes) return;
  auto& violation = *details_.add_field_violations();
  violation.set_field(std::string(field));
  violation.set_description(std::string(rule));
}

grpc::Status ArgumentViolations::ToStatus() const {
  google::rpc::Status status;
  status.set_code(grpc::StatusCode::INVALID_ARGUMENT);
  for (const auto& violation : details_.field_violations()) {
    std::string& text = *status.mutable_message();
    if (!text.empty()) text += "; ";
    text += violation.field().empty() ? "the request" : violation.field();
    text += ": ";
    text += violation.description();
  }
  std::ignore = status.add_details()->PackFrom(details_);
  return {grpc::StatusCode::INVALID_ARGUMENT, status.message(), status.SerializeAsString()};
}

}  // namespace gateway
