// An HTTP failure → the grpc::Status that goes to the caller, with google.rpc details.
//
// Pure functions. Callers read the table and its exceptions in proto/README.md. The body's own
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

/// The code of an HTTP status alone, by proto/README.md's table. OK for 2xx only.
grpc::StatusCode CodeForHttpStatus(int http_status);

/// The code of a response that is not 2xx: the table, then the body's word on `retryable`.
grpc::StatusCode CodeForResponse(int http_status, const ErrorBody& body);

/// The code of a transport error.
grpc::StatusCode CodeForTransport(TransportErrorKind kind);
/// ErrorInfo.reason, such as TRANSPORT_TLS.
std::string_view ReasonForTransport(TransportErrorKind kind);

/// What a response that is not 2xx means. Dates in its headers are compared with `wall_now`.
ResponseClass ClassifyErrorResponse(const HttpResponse& response,
                                    std::chrono::system_clock::time_point wall_now);

/// The upstream's id of the request: the header's value, else the error body's. Printable, at most
/// 256 bytes; empty where neither is.
std::string RequestIdOf(const HttpResponse& response, const ErrorBody& body,
                        std::string_view header_name);

/// What an error is reported with beside what the response says.
struct FailureContext {
  /// ErrorInfo.domain.
  std::string_view error_domain;
  /// Lower-case name of the header that holds the request id; empty: none.
  std::string_view request_id_header;
  int attempts = 0;
  std::optional<std::chrono::nanoseconds> retry_after;
  /// Nothing for methods without side effects.
  std::optional<Outcome> outcome{};
  /// What a resource that may have been created can be found by; empty: nothing.
  std::string_view marker{};
};

/// A response that is not 2xx, and what its body says.
grpc::Status StatusOfResponse(const HttpResponse& response, const ErrorBody& body,
                              const FailureContext& context);

/// A transport error: reason TRANSPORT_….
grpc::Status StatusOfTransport(const TransportError& error, const FailureContext& context);

/// A failure that the gateway itself states: GATEWAY_… or a reconcile rule's reason, with what the
/// rule adds to ErrorInfo.metadata. `response`, if any, gives httpStatus, and with what its body
/// says request id and docUrl.
grpc::Status StatusOfRule(grpc::StatusCode code, std::string_view reason,
                          const std::string& message,
                          const std::vector<std::pair<std::string, std::string>>& metadata,
                          const HttpResponse* response, const ErrorBody& body,
                          const FailureContext& context);

/// The status with ErrorInfo (and RetryInfo) details for errors without a response.
/// `status` keeps its code, message and BadRequest details.
grpc::Status WithErrorInfo(const grpc::Status& status, std::string_view reason,
                           const FailureContext& context);

}  // namespace gateway
