#include "gateway/cli/status_text.h"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <map>

#include "gateway/base/clean_text.h"
#include "gateway/base/status_code.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxShown = 8 << 10;

std::string Shown(const std::string& text) { return CleanText(text, kMaxShown); }

void Add(std::string& lines, std::string_view name, const std::string& value) {
  lines += fmt::format("  {}: {}\n", name, Shown(value));
}

void AddDetail(std::string& lines, const google::rpc::ErrorInfo& info) {
  Add(lines, "reason", info.reason() + " (" + info.domain() + ")");
  for (const auto& [key, value] : std::map(info.metadata().begin(), info.metadata().end())) {
    Add(lines, Shown(key), value);
  }
}

void AddDetail(std::string& lines, const google::rpc::RetryInfo& info) {
  Add(lines, "retry after", google::protobuf::util::TimeUtil::ToString(info.retry_delay()));
}

void AddDetail(std::string& lines, const google::rpc::RequestInfo& info) {
  Add(lines, "request id", info.request_id());
}

void AddDetail(std::string& lines, const google::rpc::BadRequest& request) {
  for (const auto& violation : request.field_violations()) {
    Add(lines, "field " + Shown(violation.field()), violation.description());
  }
}

void AddDetail(std::string& lines, const google::rpc::Help& help) {
  for (const auto& link : help.links()) Add(lines, "see", link.url());
}

/// Adds the detail if it is a T.
template <class T>
bool TryDetail(std::string& lines, const google::protobuf::Any& detail) {
  T message;
  if (!detail.UnpackTo(&message)) return false;
  AddDetail(lines, message);
  return true;
}

}  // namespace

std::string StatusText(const grpc::Status& status) {
  std::string lines(StatusCodeName(status.error_code()));
  if (!status.error_message().empty()) lines += ": " + Shown(status.error_message());
  lines += "\n";
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return lines;
  for (const auto& detail : details.details()) {
    const bool known = TryDetail<google::rpc::ErrorInfo>(lines, detail) ||
                       TryDetail<google::rpc::RetryInfo>(lines, detail) ||
                       TryDetail<google::rpc::RequestInfo>(lines, detail) ||
                       TryDetail<google::rpc::BadRequest>(lines, detail) ||
                       TryDetail<google::rpc::Help>(lines, detail);
    if (!known) Add(lines, "detail", detail.type_url());
  }
  return lines;
}

std::string ErrorLines(const Errors& errors) {
  std::string lines;
  for (const std::string& error : errors) lines += "extend-gateway: " + Shown(error) + "\n";
  return lines;
}

}  // namespace gateway
