// An HTTP failure → the grpc::Status that goes to the caller, with google.rpc details.
//
// Pure functions: the table and its exceptions are the contract (README, "Status"). The body's own
// word comes from error_body.h, waits from retry_after.h.
#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"
#include "gateway/transcoding/error_body.h"

namespace gateway {

/// The code of an HTTP status alone: the contract's table. OK for 2xx only.
grpc::StatusCode CodeForHttpStatus(int http_status);

/// The code of an answer that is not 2xx: the table, then the body's word on `retryable`.
grpc::StatusCode CodeForResponse(int http_status, const ErrorBody& body);

/// The code of a transport error.
grpc::StatusCode CodeForTransport(TransportErrorKind fault);
/// ErrorInfo.reason, such as TRANSPORT_TLS.
std::string_view ReasonForTransport(TransportErrorKind kind);

/// What an answer means for repeating. `wall_now` is what dates in its headers refer to.
ResponseClass ClassifyResponse(const HttpResponse& answer,
                               std::chrono::system_clock::time_point wall_now);

/// What an error is reported with beside what the answer says.
struct FailureContext {
  /// ErrorInfo.domain.
  std::string_view error_domain;
  /// Lower-case name of the header that holds the request id; empty: none.
  std::string_view request_id_header;
  int attempts = 0;
  std::optional<std::chrono::nanoseconds> retry_after;
};

/// An answer that is not 2xx.
grpc::Status StatusOfResponse(const HttpResponse& answer, const FailureContext& context);

/// A transport error: reason TRANSPORT_….
grpc::Status StatusOfTransport(const TransportError& error, const FailureContext& context);

/// A failure that the gateway itself states: GATEWAY_… or a reconcile rule's reason, with what the
/// rule adds to ErrorInfo.metadata. `answer`, if any, gives httpStatus, request id and docUrl.
grpc::Status StatusOfRule(grpc::StatusCode code, std::string_view reason,
                          const std::string& message,
                          const std::vector<std::pair<std::string, std::string>>& metadata,
                          const HttpResponse* answer, const FailureContext& context);

/// The status with ErrorInfo (and RetryInfo) details for errors that never reached an answer.
/// `status` keeps its code, message and BadRequest details.
grpc::Status WithErrorInfo(const grpc::Status& status, std::string_view reason,
                           const FailureContext& context);

}  // namespace gateway
