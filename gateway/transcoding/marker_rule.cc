#include "gateway/transcoding/marker_rule.h"

#include <google/api/annotations.pb.h>
#include <google/protobuf/struct.pb.h>

#include <string_view>
#include <tuple>
#include <utility>

#include "gateway/json/json_writer.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

bool IsStruct(const pb::FieldDescriptor* field) {
  return field != nullptr && !field->is_repeated() && field->message_type() != nullptr &&
         field->message_type()->full_name() == pb::Struct::descriptor()->full_name();
}

/// A dynamic Struct as the generated one.
std::optional<pb::Struct> StructIn(const pb::Message& message, const pb::FieldDescriptor& field) {
  pb::Struct read;
  const pb::Message& held = message.GetReflection()->GetMessage(message, &field);
  if (!read.ParseFromString(held.SerializeAsString())) return std::nullopt;
  return read;
}

/// The method of the same service whose google.api.http is a GET of `path`.
const pb::MethodDescriptor* FindList(const pb::ServiceDescriptor& service, std::string_view path) {
  for (int i = 0; i < service.method_count(); ++i) {
    const pb::MethodDescriptor& method = *service.method(i);
    const auto& rule = method.options().GetExtension(google::api::http);
    if (rule.get() == path && rule.response_body().empty()) return &method;
  }
  return nullptr;
}

bool HasJsonName(const pb::Descriptor& message, std::string_view name) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->json_name() == name) return true;
  }
  return false;
}

/// Each parameter of the query must be a field of the list's request.
Errors CheckQuery(std::string_view query, const pb::Descriptor& request) {
  Errors errors;
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view parameter = query.substr(0, end);
    const std::string_view name = parameter.substr(0, parameter.find('='));
    if (name.size() == parameter.size() || !HasJsonName(request, name)) {
      errors.push_back("list parameter \"" + std::string(parameter) +
                       "\" must be the JSON name of a field of " +
                       std::string(request.full_name()) + ", = and a value");
    }
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
  }
  return errors;
}

}  // namespace

tl::expected<MarkerRule, Errors> MarkerRule::Compile(const v1::Marker& rule,
                                                     const pb::MethodDescriptor& method,
                                                     const JsonTables& tables) {
  Errors errors;
  const pb::FieldDescriptor* const field = method.input_type()->FindFieldByName(rule.field());
  if (!IsStruct(field)) {
    errors.push_back("field \"" + rule.field() + "\" names no singular google.protobuf.Struct of " +
                     std::string(method.input_type()->full_name()));
  }
  const std::string_view list = rule.list();
  const auto query = list.find('?');
  const pb::MethodDescriptor* const lister = FindList(*method.service(), list.substr(0, query));
  if (lister == nullptr) {
    errors.push_back("list \"" + rule.list() + "\" must have the path of a GET of " +
                     std::string(method.service()->full_name()) + ", and may have a query");
    return tl::unexpected(std::move(errors));
  }
  if (query != std::string_view::npos) {
    for (std::string& error : CheckQuery(list.substr(query + 1), *lister->input_type())) {
      errors.push_back(std::move(error));
    }
  }
  const pb::Descriptor& response = *lister->output_type();
  const pb::FieldDescriptor* const items = response.FindFieldByName(rule.items());
  const bool has_items =
      items != nullptr && items->is_repeated() && items->message_type() != nullptr;
  if (!has_items) {
    errors.push_back("items \"" + rule.items() + "\" names no repeated message field of " +
                     std::string(response.full_name()));
  }
  const pb::FieldDescriptor* const item_field =
      has_items ? items->message_type()->FindFieldByName(rule.item_field()) : nullptr;
  if (has_items && !IsStruct(item_field)) {
    errors.push_back("item_field \"" + rule.item_field() +
                     "\" names no singular google.protobuf.Struct of " +
                     std::string(items->message_type()->full_name()));
  }
  auto binding = ResponseBinding::Compile(response, "", tables);
  if (!binding) errors.push_back(binding.error());
  if (!errors.empty()) return tl::unexpected(std::move(errors));

  MarkerRule compiled(*std::move(binding));
  compiled.tables_ = &tables;
  compiled.list_ = rule.list();
  compiled.messages_ = std::make_unique<pb::DynamicMessageFactory>();
  compiled.prototype_ = compiled.messages_->GetPrototype(&response);
  compiled.field_ = field;
  compiled.items_ = items;
  compiled.item_field_ = item_field;
  return compiled;
}

std::optional<std::string> MarkerRule::Mark(pb::Message& request, const std::string& key,
                                            const std::string& id) const {
  std::optional<pb::Struct> content = StructIn(request, *field_);
  if (!content) return std::nullopt;
  const auto present = content->fields().find(key);
  if (present != content->fields().end()) {
    const bool text = present->second.kind_case() == pb::Value::kStringValue;
    const std::string& own = present->second.string_value();
    return text && !own.empty() ? std::optional(own) : std::nullopt;
  }
  pb::Message& held = *request.GetReflection()->MutableMessage(&request, field_);
  const std::string before = held.SerializeAsString();
  (*content->mutable_fields())[key].set_string_value(id);
  std::ignore = held.ParseFromString(content->SerializeAsString());
  const auto json = WriteJsonField(request, *field_, *tables_);
  if (json && json->size() <= kMaxFieldBytes) return id;
  // No room; or it cannot be written, which fails the call later, with the place of the error.
  std::ignore = held.ParseFromString(before);
  return std::nullopt;
}

std::optional<std::string> MarkerRule::Find(HttpResponse& response, const std::string& key,
                                            const std::string& marker) const {
  const Result<std::string> wire_bytes = list_response_.ReadAndFree(response, {});
  const std::unique_ptr<pb::Message> list(prototype_->New());
  if (!wire_bytes || !list->ParsePartialFromString(*wire_bytes)) return std::nullopt;
  const pb::Reflection& reflection = *list->GetReflection();
  for (int i = 0; i < reflection.FieldSize(*list, items_); ++i) {
    const pb::Message& item = reflection.GetRepeatedMessage(*list, items_, i);
    const std::optional<pb::Struct> content = StructIn(item, *item_field_);
    if (!content) continue;
    const auto present = content->fields().find(key);
    if (present == content->fields().end() || present->second.string_value() != marker) continue;
    auto json = WriteJson(item, *tables_);
    if (json) return *std::move(json);
  }
  return std::nullopt;
}

}  // namespace gateway
