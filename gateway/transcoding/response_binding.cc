#include "gateway/transcoding/response_binding.h"

#include <algorithm>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/base/clean_text.h"
#include "gateway/base/header_policy.h"
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

// Whether the body may be anything: nothing of it would be read. Extensions count as fields.
bool HasNoFields(const pb::Descriptor& message) {
  return message.field_count() == 0 && message.extension_range_count() == 0;
}

bool IsBlank(std::string_view body) {
  SkipByteOrderMark(body);
  return Trimmed(body).empty();
}

}  // namespace

tl::expected<ResponseBinding, std::string> ResponseBinding::Compile(const pb::Descriptor& message,
                                                                    std::string_view response_body,
                                                                    const JsonTables& tables) {
  const pb::FieldDescriptor* field = nullptr;
  if (!response_body.empty()) {
    field = message.FindFieldByName(std::string(response_body));
    if (field == nullptr) {
      return tl::unexpected("response_body \"" + std::string(response_body) +
                            "\" names no field of " + std::string(message.full_name()));
    }
  }
  const pb::Descriptor* const body = field == nullptr       ? &message
                                     : field->is_repeated() ? nullptr
                                                            : field->message_type();
  if (body != nullptr && IsHttpBody(*body)) return ResponseBinding(Kind::kHttpBody, field, {});
  if (body != nullptr && HasNoFields(*body)) return ResponseBinding(Kind::kNoFields, field, {});
  return ResponseBinding(
      Kind::kJson, field,
      field == nullptr ? JsonReader(message, tables) : JsonReader(*field, tables));
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
  if (kind_ == Kind::kHttpBody) return ReadHttpBody(response);
  if (response.status == kNoContent || IsBlank(response.body)) return std::string();
  if (kind_ == Kind::kNoFields) return InField({});
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
  return http_body.empty() ? http_body : InField(std::move(http_body));
}

// The wire bytes of the message, given those of the body.
std::string ResponseBinding::InField(std::string body) const {
  if (field_ == nullptr) return body;
  std::string wire;
  AppendLengthDelimited(field_->number(), body, wire);
  return wire;
}

}  // namespace gateway
