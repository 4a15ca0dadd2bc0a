// An HTTP answer: a line with its status, lines of headers, an empty line, the body.

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <algorithm>
#include <charconv>

#include "gateway/base/ascii.h"
#include "gateway/transcoding/status_mapping.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/silent_parsing.h"

namespace gateway {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

// 2026-01-01.
constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1767225600)};

HttpResponse ResponseOf(std::string_view input) {
  HttpResponse response;
  const std::string_view status = TakeUntil('\n', input);
  std::from_chars(status.data(), status.data() + status.size(), response.status);
  response.status = std::clamp(response.status, 0, 999);  // Three digits, or it is no HTTP.
  response.headers = TakeHeaders(input);
  // As the client that reads them does.
  for (Header& header : response.headers) header.name = ToLower(header.name);
  response.body = input;
  return response;
}

// google.rpc.ErrorInfo's own rule.
bool IsReason(std::string_view reason) {
  return !reason.empty() && reason.size() <= 63 && IsUpper(reason.front()) &&
         std::ranges::all_of(reason, [](char c) { return IsUpper(c) || IsDigit(c) || c == '_'; });
}

// Bytes in a trailer: gRPC percent-encodes the message and sends details in base64.
std::size_t TrailerBytes(const grpc::Status& status) {
  const std::string message = status.error_message();
  const auto plain = static_cast<std::size_t>(
      std::ranges::count_if(message, [](char c) { return c >= ' ' && c <= '~' && c != '%'; }));
  return plain + (message.size() - plain) * 3 + (status.error_details().size() + 2) / 3 * 4;
}

void CheckDetail(const google::protobuf::Any& detail, int& error_infos) {
  google::rpc::ErrorInfo error_info;
  google::rpc::RetryInfo retry_info;
  if (detail.UnpackTo(&error_info)) {
    ++error_infos;
    Expect(IsReason(error_info.reason()), "a reason is UPPER_SNAKE", error_info.reason());
    Expect(error_info.domain() == "fuzz.example", "the domain is the service's");
  } else if (detail.UnpackTo(&retry_info)) {
    const auto& delay = retry_info.retry_delay();
    Expect(delay.seconds() >= 0 && delay.nanos() >= 0 && delay.nanos() < 1000000000 &&
               delay.seconds() <= 86400,
           "a delay is a Duration of at most a day");
  } else {
    Expect(detail.Is<google::rpc::RequestInfo>() || detail.Is<google::rpc::Help>(),
           "details are known and parse", detail.type_url());
  }
}

void CheckStatus(const grpc::Status& status) {
  const std::string message = status.error_message();
  Expect(status.error_code() >= 1 && status.error_code() <= 16, "a code is an error's");
  Expect(!message.empty() && message.size() <= 1024, "a message has 1 to 1024 bytes");
  Expect(std::ranges::none_of(message, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }),
         "a message has no control characters", message);
  Expect(status.error_details().size() <= 4096, "details have at most 4 KiB");
  Expect(TrailerBytes(status) <= 7168, "trailers stay within what clients accept");
  google::rpc::Status details;
  // Parsing checks that strings are UTF-8, the message with them.
  Expect(details.ParseFromString(status.error_details()), "details parse", message);
  Expect(details.code() == status.error_code() && details.message() == message,
         "details repeat code and message", message);
  int error_infos = 0;
  for (const auto& detail : details.details()) CheckDetail(detail, error_infos);
  Expect(error_infos == 1, "there is one ErrorInfo");
}

void CheckWait(const std::optional<nanoseconds>& wait) {
  Expect(!wait || (*wait >= nanoseconds(0) && *wait <= hours(24)), "a wait is 0 to 24 hours");
}

void Fuzz(std::string_view input) {
  static const SilentParsing silent;
  const HttpResponse response = ResponseOf(input);
  if (IsSuccess(response.status)) return;
  const ResponseClass response_class = ClassifyErrorResponse(response, kNow);
  const ErrorBody& body = response_class.error_body;
  CheckWait(response_class.retry_after);
  Expect(!response_class.success, "only 2xx is a success");
  const FailureContext context{.error_domain = "fuzz.example",
                               .request_id_header = "x-request-id",
                               .attempts = 3,
                               .retry_after = response_class.retry_after};
  CheckStatus(StatusOfRule(grpc::StatusCode::FAILED_PRECONDITION, "FUZZ_RULE", "refused",
                           {{"status", "PROCESSED"}}, &response, body, context));
  const grpc::Status status = StatusOfResponse(response, body, context);
  CheckStatus(status);
  Expect(response_class.unavailable == (status.error_code() == grpc::StatusCode::UNAVAILABLE),
         "the class is the status'");
  CheckStatus(WithErrorInfo(status, "FUZZ_AGAIN", context));
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gateway::Fuzz(gateway::Text(data, size));
  return 0;
}
