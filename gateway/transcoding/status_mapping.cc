#include "gateway/transcoding/status_mapping.h"

#include <google/rpc/status.pb.h>

#include "gateway/base/clean_text.h"
#include "gateway/transcoding/retry_after.h"
#include "gateway/transcoding/status_details.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxRequestIdBytes = 256;
constexpr std::size_t kMaxDocUrlBytes = 2048;

bool IsSuccess(int http_status) { return http_status >= 200 && http_status <= 299; }

struct TransportMeaning {
  const char* reason;
  grpc::StatusCode code;
};

TransportMeaning MeaningOf(TransportErrorKind fault) {
  using enum TransportErrorKind;
  constexpr auto kUnavailable = grpc::StatusCode::UNAVAILABLE;
  constexpr auto kExhausted = grpc::StatusCode::RESOURCE_EXHAUSTED;
  switch (fault) {
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

// The header's word before the body's; empty where neither is fit to be shown.
std::string RequestIdOf(const HttpResponse& answer, const ErrorBody& body,
                        std::string_view header_name) {
  const std::string* header =
      header_name.empty() ? nullptr : FindHeader(answer.headers, header_name);
  if (header != nullptr && IsPrintable(*header, kMaxRequestIdBytes)) return *header;
  return IsPrintable(body.request_id, kMaxRequestIdBytes) ? body.request_id : "";
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
  return details;
}

void AddAnswer(const HttpResponse& answer, const ErrorBody& body, const FailureContext& context,
               StatusDetails& details) {
  details.metadata.emplace_back("httpStatus", std::to_string(answer.status));
  details.request_id = RequestIdOf(answer, body, context.request_id_header);
  details.doc_url = DocUrlOf(body);
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

grpc::StatusCode CodeForTransport(TransportErrorKind fault) { return MeaningOf(fault).code; }

std::string_view ReasonForTransport(TransportErrorKind kind) { return MeaningOf(kind).reason; }

ResponseClass ClassifyResponse(const HttpResponse& answer,
                               std::chrono::system_clock::time_point wall_now) {
  ResponseClass verdict;
  verdict.success = IsSuccess(answer.status);
  if (verdict.success) return verdict;
  const grpc::StatusCode code = CodeForResponse(answer.status, ReadErrorBody(answer.body));
  verdict.unavailable = code == grpc::StatusCode::UNAVAILABLE;
  verdict.rate_limited = answer.status == 429;
  verdict.retry_after = RetryAfter(answer.headers, wall_now);
  return verdict;
}

grpc::Status StatusOfResponse(const HttpResponse& answer, const FailureContext& context) {
  const ErrorBody body = ReadErrorBody(answer.body);
  const std::string status = std::to_string(answer.status);
  StatusDetails details = DetailsOf(body.code.empty() ? "HTTP_" + status : body.code, context);
  AddAnswer(answer, body, context, details);
  if (body.retryable)
    details.metadata.emplace_back("retryable", *body.retryable ? "true" : "false");
  const bool silent = CleanText(body.message, body.message.size()).empty();
  return MakeStatus(CodeForResponse(answer.status, body),
                    silent ? "upstream answered HTTP " + status : body.message, details);
}

grpc::Status StatusOfTransport(const TransportError& error, const FailureContext& context) {
  const TransportMeaning meaning = MeaningOf(error.fault);
  return MakeStatus(meaning.code, error.text.empty() ? meaning.reason : error.text,
                    DetailsOf(meaning.reason, context));
}

grpc::Status StatusOfRule(grpc::StatusCode code, std::string_view reason,
                          const std::string& message,
                          const std::vector<std::pair<std::string, std::string>>& metadata,
                          const HttpResponse* answer, const FailureContext& context) {
  StatusDetails details = DetailsOf(reason, context);
  if (answer != nullptr) {
    // A success is no error body, however it looks.
    AddAnswer(*answer, IsSuccess(answer->status) ? ErrorBody{} : ReadErrorBody(answer->body),
              context, details);
  }
  details.metadata.insert(details.metadata.end(), metadata.begin(), metadata.end());
  return MakeStatus(code, message, details);
}

grpc::Status WithErrorInfo(const grpc::Status& status, std::string_view reason,
                           const FailureContext& context) {
  StatusDetails details = DetailsOf(reason, context);
  google::rpc::Status before;
  if (before.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& detail : before.details()) {
      if (detail.Is<google::rpc::BadRequest>()) detail.UnpackTo(&details.bad_request);
    }
  }
  return MakeStatus(status.error_code(), status.error_message(), details);
}

}  // namespace gateway
