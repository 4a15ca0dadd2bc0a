#include "gateway/transcoding/body_binding.h"

#include <utility>

#include "gateway/base/header_policy.h"
#include "gateway/json/json_writer.h"
#include "gateway/transcoding/http_body.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// `holder`: the field path of the HttpBody with a dot behind, or empty.
void WriteRaw(const pb::Message& http_body, const std::string& holder, HttpRequest& out,
              ArgumentViolations& violations) {
  HttpBodyParts parts = ReadHttpBody(http_body);
  if (!IsHeaderValue(parts.content_type) ||
      parts.content_type.size() > BodyBinding::kMaxContentType) {
    return violations.Add(holder + "content_type",
                          "must be at most " + std::to_string(BodyBinding::kMaxContentType) +
                              " printable ASCII characters");
  }
  if (parts.content_type.empty()) parts.content_type = "application/octet-stream";
  out.headers.push_back({"Content-Type", std::move(parts.content_type)});
  out.body = std::move(parts.data);
}

}  // namespace

tl::expected<BodyBinding, std::string> BodyBinding::Compile(std::string_view body,
                                                            const pb::Descriptor& request,
                                                            const JsonTables& tables) {
  if (body.empty()) return BodyBinding(Kind::kNone, nullptr, false, tables);
  if (body == "*") return BodyBinding(Kind::kAll, nullptr, IsHttpBody(request), tables);
  const pb::FieldDescriptor* const field = request.FindFieldByName(std::string(body));
  if (field == nullptr) {
    return tl::unexpected("body \"" + std::string(body) + "\" names no field of " +
                          std::string(request.full_name()));
  }
  const bool raw = !field->is_repeated() && field->message_type() != nullptr &&
                   IsHttpBody(*field->message_type());
  return BodyBinding(Kind::kField, field, raw, tables);
}

void BodyBinding::Write(const pb::Message& request, const std::vector<FieldPath>& in_path,
                        HttpRequest& out, ArgumentViolations& violations) const {
  if (kind_ == Kind::kNone) return;
  if (raw_) {
    if (field_ == nullptr) return WriteRaw(request, "", out, violations);
    return WriteRaw(request.GetReflection()->GetMessage(request, field_),
                    std::string(field_->name()) + ".", out, violations);
  }
  auto json = kind_ == Kind::kAll ? WriteJson(request, *tables_, in_path)
                                  : WriteJsonField(request, *field_, *tables_);
  if (!json) return violations.Add(json.error());
  out.headers.push_back({"Content-Type", "application/json"});
  out.body = std::move(*json);
}

}  // namespace gateway
