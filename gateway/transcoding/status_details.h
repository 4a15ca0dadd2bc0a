// google.rpc details of a status, within what clients accept.
//
// A header list of more than 8 KiB makes gRPC clients report RESOURCE_EXHAUSTED in place of the
// status, so details are left out until the rest fits. Pure function.
#pragma once

#include <google/rpc/error_details.pb.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/response_class.h"

namespace gateway {

/// The facts; what is empty is left out, except ErrorInfo, which always is there. Strings are valid
/// UTF-8.
struct StatusDetails {
  std::string reason;
  std::string domain;
  /// Metadata of ErrorInfo, beside outcome, request id and documentation URL, which are added here.
  std::vector<std::pair<std::string, std::string>> metadata;
  /// Never left out. Nothing for methods without side effects.
  std::optional<Outcome> outcome{};
  std::string request_id;
  std::string doc_url;
  std::optional<std::chrono::nanoseconds> retry_after;
  /// As many violations as fit into 2 KiB are kept.
  google::rpc::BadRequest bad_request;
};

/// What ErrorInfo.reason can be: UPPER_SNAKE_CASE of at most 63 characters, beginning with a letter
/// and not ending with an underscore.
bool IsErrorReason(std::string_view text);

/// A status with a serialized google.rpc.Status of at most 4 KiB as its details. The message is
/// cleaned and cut to 1 KiB. When it does not fit, Help goes first, then docUrl, then the other
/// metadata but `outcome`, then all but ErrorInfo.
grpc::Status MakeStatus(grpc::StatusCode code, std::string_view message,
                        const StatusDetails& details);

}  // namespace gateway
