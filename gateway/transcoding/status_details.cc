#include "gateway/transcoding/status_details.h"

#include <google/rpc/status.pb.h>

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "gateway/base/ascii.h"
#include "gateway/base/clean_text.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxMessageBytes = 1024;
constexpr std::size_t kMaxDetailsBytes = 4096;
constexpr std::size_t kMaxBadRequestBytes = 2048;
// The size of message and details on the wire: 8 KiB less what other trailers need.
constexpr std::size_t kMaxTrailerBytes = 7168;

// How much is left out; each step leaves out what those before it do.
enum class Trim { kNothing, kHelp, kDocUrl, kMetadata, kAllButErrorInfo };

// gRPC percent-encodes what is not printable ASCII: three bytes for one.
std::size_t PercentEncodedSize(std::string_view text) {
  const auto plain =
      std::ranges::count_if(text, [](char c) { return c >= ' ' && c <= '~' && c != '%'; });
  return text.size() * 3 - static_cast<std::size_t>(plain) * 2;
}

// Details travel in base64: four bytes for three.
std::size_t DetailsLimit(std::string_view message) {
  return std::min(kMaxDetailsBytes, (kMaxTrailerBytes - PercentEncodedSize(message)) / 4 * 3);
}

google::protobuf::Duration ToProto(std::chrono::nanoseconds duration) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  google::protobuf::Duration proto;
  proto.set_seconds(whole.count());
  proto.set_nanos(static_cast<int>((duration - whole).count()));
  return proto;
}

const char* NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNone:
      return "none";
    case Outcome::kUnknown:
      break;
    case Outcome::kDone:
      return "done";
  }
  return "unknown";
}

google::rpc::ErrorInfo MakeErrorInfo(const StatusDetails& details, Trim trim) {
  google::rpc::ErrorInfo info;
  info.set_reason(details.reason);
  info.set_domain(details.domain);
  auto& metadata = *info.mutable_metadata();
  if (details.outcome) metadata["outcome"] = NameOf(*details.outcome);
  if (trim >= Trim::kMetadata) return info;
  for (const auto& [key, value] : details.metadata) metadata[key] = value;
  if (!details.request_id.empty()) metadata["requestId"] = details.request_id;
  if (!details.doc_url.empty() && trim < Trim::kDocUrl) metadata["docUrl"] = details.doc_url;
  return info;
}

google::rpc::Help MakeHelp(const std::string& url) {
  google::rpc::Help help;
  auto& link = *help.add_links();
  link.set_description("About this error");
  link.set_url(url);
  return help;
}

google::rpc::BadRequest Bounded(google::rpc::BadRequest bad_request) {
  while (bad_request.ByteSizeLong() > kMaxBadRequestBytes) {
    bad_request.mutable_field_violations()->RemoveLast();
  }
  return bad_request;
}

std::string Serialize(grpc::StatusCode code, const std::string& message,
                      const StatusDetails& details, Trim trim) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  std::ignore = status.add_details()->PackFrom(MakeErrorInfo(details, trim));
  if (trim >= Trim::kAllButErrorInfo) return status.SerializeAsString();
  if (!details.request_id.empty()) {
    google::rpc::RequestInfo request_info;
    request_info.set_request_id(details.request_id);
    std::ignore = status.add_details()->PackFrom(request_info);
  }
  if (!details.doc_url.empty() && trim < Trim::kHelp) {
    std::ignore = status.add_details()->PackFrom(MakeHelp(details.doc_url));
  }
  if (details.retry_after) {
    google::rpc::RetryInfo retry_info;
    *retry_info.mutable_retry_delay() =
        ToProto(std::max(*details.retry_after, std::chrono::nanoseconds(0)));
    std::ignore = status.add_details()->PackFrom(retry_info);
  }
  if (details.bad_request.field_violations_size() > 0) {
    std::ignore = status.add_details()->PackFrom(Bounded(details.bad_request));
  }
  return status.SerializeAsString();
}

}  // namespace

bool IsErrorReason(std::string_view text) {
  constexpr std::size_t kMaxBytes = 63;
  return !text.empty() && text.size() <= kMaxBytes && IsUpper(text.front()) && text.back() != '_' &&
         std::ranges::all_of(text, [](char c) { return IsUpper(c) || IsDigit(c) || c == '_'; });
}

grpc::Status MakeStatus(grpc::StatusCode code, std::string_view message,
                        const StatusDetails& details) {
  const std::string text = CleanText(message, kMaxMessageBytes);
  const std::size_t limit = DetailsLimit(text);
  std::string serialized;
  for (const Trim trim :
       {Trim::kNothing, Trim::kHelp, Trim::kDocUrl, Trim::kMetadata, Trim::kAllButErrorInfo}) {
    serialized = Serialize(code, text, details, trim);
    if (serialized.size() <= limit) break;
  }
  return {code, text, serialized};
}

}  // namespace gateway
