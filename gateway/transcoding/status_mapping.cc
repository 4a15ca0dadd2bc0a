#include "gateway/transcoding/status_mapping.h"

#include <google/rpc/status.pb.h>

#include <tuple>

#include "gateway/base/clean_text.h"
#include "gateway/transcoding/retry_after.h"
#include "gateway/transcoding/status_details.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxIdBytes = 256;
constexpr std::size_t kMaxDocUrlBytes = 2048;

struct TransportMeaning {
  const char* reason;
  grpc::StatusCode code;
};

TransportMeaning MeaningOf(TransportErrorKind kind) {
  using enum TransportErrorKind;
  constexpr auto kUnavailable = grpc::StatusCode::UNAVAILABLE;
  constexpr auto kExhausted = grpc::StatusCode::RESOURCE_EXHAUSTED;
  switch (kind) {
    case kResolve:
      return {"TRANSPORT_DNS", kUnavailable};
    case kConnect:
      return {"TRANSPORT_CONNECT", kUnavailable};
    case kTls:
      return {"TRANSPORT_TLS", kUnavailable};
    case kReset:
      return {"TRANSPORT_RESET", kUnavailable};
    case kTruncated:
      return {"TRANSPORT_TRUNCATED", kUnavailable};
    case kMalformed:
      return {"TRANSPORT_MALFORMED", kUnavailable};
    case kRefusedStream:
      return {"TRANSPORT_REFUSED_STREAM", kUnavailable};
    case kTimeout:
      return {"TRANSPORT_ATTEMPT_TIMEOUT", kUnavailable};
    case kResponseTooLarge:
      return {"TRANSPORT_RESPONSE_TOO_LARGE", kExhausted};
    case kHeadersTooLarge:
      return {"TRANSPORT_HEADERS_TOO_LARGE", kExhausted};
  }
  return {"TRANSPORT_UNKNOWN", kUnavailable};
}

// Callers show it as a link: a web page or nothing.
std::string DocUrlOf(const ErrorBody& body) {
  const bool web = body.doc_url.starts_with("https://") || body.doc_url.starts_with("http://");
  return web && IsPrintable(body.doc_url, kMaxDocUrlBytes) ? body.doc_url : "";
}

StatusDetails DetailsOf(std::string_view reason, const FailureContext& context) {
  StatusDetails details;
  details.reason = reason;
  details.domain = context.error_domain;
  details.metadata.emplace_back("attempts", std::to_string(context.attempts));
  details.retry_after = context.retry_after;
  details.outcome = context.outcome;
  if (IsPrintable(context.marker, kMaxIdBytes)) {
    details.metadata.emplace_back("marker", context.marker);
  }
  return details;
}

void AddResponse(const HttpResponse& response, const ErrorBody& body, const FailureContext& context,
                 StatusDetails& details) {
  details.metadata.emplace_back("httpStatus", std::to_string(response.status));
  details.request_id = RequestIdOf(response, body, context.request_id_header);
  details.doc_url = DocUrlOf(body);
  if (IsPrintable(body.run_id, kMaxIdBytes)) details.metadata.emplace_back("runId", body.run_id);
}

}  // namespace

grpc::StatusCode CodeForHttpStatus(int http_status) {
  using enum grpc::StatusCode;
  if (IsSuccess(http_status)) return OK;
  switch (http_status) {
    case 400:
    case 413:
    case 422:
      return INVALID_ARGUMENT;
    case 401:
      return UNAUTHENTICATED;
    case 403:
      return PERMISSION_DENIED;
    case 404:
    case 410:
      return NOT_FOUND;
    case 405:
    case 501:
      return UNIMPLEMENTED;
    case 406:
    case 415:
    case 431:
      return INTERNAL;
    case 408:
    case 425:
    case 502:
    case 503:
    case 504:
      return UNAVAILABLE;
    case 409:
      return ABORTED;
    case 416:
      return OUT_OF_RANGE;
    case 429:
      return RESOURCE_EXHAUSTED;
    case 499:
      return CANCELLED;
    default:
      break;
  }
  if (http_status >= 400 && http_status <= 499) return FAILED_PRECONDITION;
  if (http_status >= 500 && http_status <= 599) return INTERNAL;
  return UNKNOWN;
}

grpc::StatusCode CodeForResponse(int http_status, const ErrorBody& body) {
  const grpc::StatusCode code = CodeForHttpStatus(http_status);
  if (!body.retryable) return code;
  const bool server_error = http_status >= 500 && http_status <= 599;
  const bool liftable = http_status == 408 || http_status == 409 || server_error;
  if (*body.retryable && liftable) return grpc::StatusCode::UNAVAILABLE;
  const bool refuted = !*body.retryable && code == grpc::StatusCode::UNAVAILABLE;
  return refuted ? grpc::StatusCode::INTERNAL : code;
}

grpc::StatusCode CodeForTransport(TransportErrorKind kind) { return MeaningOf(kind).code; }

std::string_view ReasonForTransport(TransportErrorKind kind) { return MeaningOf(kind).reason; }

std::string RequestIdOf(const HttpResponse& response, const ErrorBody& body,
                        std::string_view header_name) {
  const std::string* header =
      header_name.empty() ? nullptr : FindHeader(response.headers, header_name);
  if (header != nullptr && IsPrintable(*header, kMaxIdBytes)) return *header;
  return IsPrintable(body.request_id, kMaxIdBytes) ? body.request_id : "";
}

ResponseClass ClassifyErrorResponse(const HttpResponse& response,
                                    std::chrono::system_clock::time_point wall_now) {
  ResponseClass response_class;
  response_class.error_body = ReadErrorBody(response.body);
  const grpc::StatusCode code = CodeForResponse(response.status, response_class.error_body);
  response_class.unavailable = code == grpc::StatusCode::UNAVAILABLE;
  response_class.rate_limited = response.status == 429;
  response_class.retry_after = RetryAfter(response.headers, wall_now);
  return response_class;
}

grpc::Status StatusOfResponse(const HttpResponse& response, const ErrorBody& body,
                              const FailureContext& context) {
  const std::string status = std::to_string(response.status);
  StatusDetails details = DetailsOf(body.code.empty() ? "HTTP_" + status : body.code, context);
  AddResponse(response, body, context, details);
  if (body.retryable)
    details.metadata.emplace_back("retryable", *body.retryable ? "true" : "false");
  const bool silent = CleanText(body.message, body.message.size()).empty();
  return MakeStatus(CodeForResponse(response.status, body),
                    silent ? "upstream answered HTTP " + status : body.message, details);
}

grpc::Status StatusOfTransport(const TransportError& error, const FailureContext& context) {
  const TransportMeaning meaning = MeaningOf(error.kind);
  return MakeStatus(meaning.code, error.text.empty() ? meaning.reason : error.text,
                    DetailsOf(meaning.reason, context));
}

grpc::Status StatusOfRule(grpc::StatusCode code, std::string_view reason,
                          const std::string& message,
                          const std::vector<std::pair<std::string, std::string>>& metadata,
                          const HttpResponse* response, const ErrorBody& body,
                          const FailureContext& context) {
  StatusDetails details = DetailsOf(reason, context);
  if (response != nullptr) AddResponse(*response, body, context, details);
  details.metadata.insert(details.metadata.end(), metadata.begin(), metadata.end());
  return MakeStatus(code, message, details);
}

grpc::Status WithErrorInfo(const grpc::Status& status, std::string_view reason,
                           const FailureContext& context) {
  StatusDetails details = DetailsOf(reason, context);
  google::rpc::Status before;
  if (before.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& detail : before.details()) {
      if (detail.Is<google::rpc::BadRequest>()) std::ignore = detail.UnpackTo(&details.bad_request);
    }
  }
  return MakeStatus(status.error_code(), status.error_message(), details);
}

}  // namespace gateway
