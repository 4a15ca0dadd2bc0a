#include "gateway/transcoding/response_binding.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/transcoding/http_body.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t kMaxContentTypeInError = 64;
constexpr int kNoContent = 204;

// The header came from outside: what an error says of it is short and printable.
std::string DescribeContentType(const Headers& headers) {
  const std::string* const value = FindHeader(headers, "content-type");
  if (value == nullptr) return "no content type";
  std::string text = "content type " + value->substr(0, kMaxContentTypeInError);
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

// A content type that is no header value could not be a proto string either.
std::string_view LegalContentType(const Headers& headers) {
  const std::string* const value = FindHeader(headers, "content-type");
  return value != nullptr && IsHeaderValue(*value) ? std::string_view(*value) : std::string_view();
}

}  // namespace

tl::expected<ResponseBinding, std::string> ResponseBinding::Compile(const pb::Descriptor& message,
                                                                    std::string_view response_body,
                                                                    const JsonTables& tables) {
  if (response_body.empty()) {
    return IsHttpBody(message) ? ResponseBinding(nullptr, std::nullopt)
                               : ResponseBinding(nullptr, JsonReader(message, tables));
  }
  const pb::FieldDescriptor* const field = message.FindFieldByName(std::string(response_body));
  if (field == nullptr) {
    return tl::unexpected("response_body \"" + std::string(response_body) +
                          "\" names no field of " + message.full_name());
  }
  const bool is_raw = !field->is_repeated() && field->message_type() != nullptr &&
                      IsHttpBody(*field->message_type());
  return is_raw ? ResponseBinding(field, std::nullopt)
                : ResponseBinding(field, JsonReader(*field, tables));
}

Result<std::string> ResponseBinding::Read(const HttpResponse& response,
                                          const JsonReadOptions& options) const {
  return Read(response, nullptr, options);
}

Result<std::string> ResponseBinding::ReadAndFree(HttpResponse& response,
                                                 const JsonReadOptions& options) const {
  return Read(response, &response, options);
}

// `owned`: the same response, whose body may be freed; or null.
Result<std::string> ResponseBinding::Read(const HttpResponse& response, HttpResponse* owned,
                                          const JsonReadOptions& options) const {
  if (!json_) return ReadHttpBody(response);
  if (response.status == kNoContent || response.body.empty()) return std::string();
  const std::size_t length = response.body.size();
  Result<std::string> wire = owned == nullptr ? json_->Read(response.body, options)
                                              : json_->ReadAndFree(owned->body, options);
  if (wire) return wire;
  return Error(grpc::StatusCode::INTERNAL, "upstream answered " + std::to_string(response.status) +
                                               " with a body that is not the promised JSON (" +
                                               DescribeContentType(response.headers) + ", " +
                                               std::to_string(length) +
                                               " bytes): " + wire.error().error_message());
}

std::string ResponseBinding::ReadHttpBody(const HttpResponse& response) const {
  std::string http_body = HttpBodyWireBytes(LegalContentType(response.headers), response.body);
  if (field_ == nullptr || http_body.empty()) return http_body;
  std::string wire;
  AppendLengthDelimited(field_->number(), http_body, wire);
  return wire;
}

}  // namespace gateway
