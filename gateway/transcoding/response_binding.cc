#include "gateway/transcoding/response_binding.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/base/header_policy.h"
#include "gateway/transcoding/http_body.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t kMaxToldContentType = 64;
constexpr int kNoContent = 204;

// The header came from outside: what is told of it is short and printable.
std::string ToldContentType(const Headers& headers) {
  const std::string* const value = FindHeader(headers, "content-type");
  if (value == nullptr) return "no content type";
  std::string told = "content type " + value->substr(0, kMaxToldContentType);
  std::ranges::replace_if(told, [](char c) { return c < ' ' || c > '~'; }, '?');
  return told;
}

// A content type that is no header value could not be a proto string either.
std::string_view LegalContentType(const Headers& headers) {
  const std::string* const value = FindHeader(headers, "content-type");
  return value != nullptr && IsHeaderValue(*value) ? std::string_view(*value) : std::string_view();
}

}  // namespace

class ResponseBinding::Impl {
 public:
  // `field`: the one that the body is; null if the body is the message.
  Impl(const pb::Descriptor& response, const pb::FieldDescriptor* field) : field_(field) {
    const pb::Descriptor* const body = field == nullptr       ? &response
                                       : field->is_repeated() ? nullptr
                                                              : field->message_type();
    if (body != nullptr && IsHttpBody(*body)) return;
    if (field == nullptr) {
      json_.emplace(&response);
    } else {
      json_.emplace(field);
    }
  }

  // `owned`: the same answer, whose body may be freed; or null.
  [[nodiscard]] Result<std::string> Read(const HttpResponse& answer, HttpResponse* owned,
                                         const JsonReadOptions& options) const {
    if (!json_) return ReadHttpBody(answer);
    if (answer.status == kNoContent || answer.body.empty()) return std::string();
    const std::size_t length = answer.body.size();
    Result<std::string> wire = owned == nullptr ? json_->Read(answer.body, options)
                                                : json_->ReadAndFree(owned->body, options);
    if (wire) return wire;
    return Error(grpc::StatusCode::INTERNAL, "upstream answered " + std::to_string(answer.status) +
                                                 " with a body that is not the promised JSON (" +
                                                 ToldContentType(answer.headers) + ", " +
                                                 std::to_string(length) +
                                                 " bytes): " + wire.error().error_message());
  }

 private:
  [[nodiscard]] std::string ReadHttpBody(const HttpResponse& answer) const {
    std::string http_body = HttpBodyWireBytes(LegalContentType(answer.headers), answer.body);
    if (field_ == nullptr || http_body.empty()) return http_body;
    std::string wire;
    AppendLengthDelimited(field_->number(), http_body, wire);
    return wire;
  }

  const pb::FieldDescriptor* field_;
  std::optional<JsonReader> json_;  // Nothing for a google.api.HttpBody.
};

tl::expected<ResponseBinding, std::string> ResponseBinding::Compile(
    const pb::Descriptor& response, std::string_view response_body) {
  const pb::FieldDescriptor* field = nullptr;
  if (!response_body.empty()) {
    field = response.FindFieldByName(std::string(response_body));
    if (field == nullptr) {
      return tl::unexpected("response_body \"" + std::string(response_body) +
                            "\" names no field of " + response.full_name());
    }
  }
  return ResponseBinding(std::make_unique<const Impl>(response, field));
}

ResponseBinding::ResponseBinding(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
ResponseBinding::~ResponseBinding() = default;
ResponseBinding::ResponseBinding(ResponseBinding&&) noexcept = default;
ResponseBinding& ResponseBinding::operator=(ResponseBinding&&) noexcept = default;

Result<std::string> ResponseBinding::Read(const HttpResponse& answer,
                                          const JsonReadOptions& options) const {
  return impl_->Read(answer, nullptr, options);
}

Result<std::string> ResponseBinding::ReadAndFree(HttpResponse& answer,
                                                 const JsonReadOptions& options) const {
  return impl_->Read(answer, &answer, options);
}

}  // namespace gateway
