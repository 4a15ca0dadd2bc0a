#include "gateway/json/field_path.h"

namespace gateway {

namespace pb = google::protobuf;

tl::expected<FieldPath, std::string> FieldPath::Resolve(const pb::Descriptor& message,
                                                        std::string_view text) {
  const auto error = [&](const std::string& rule) {
    return tl::unexpected<std::string>("path \"" + std::string(text) + "\" of " +
                                       std::string(message.full_name()) + ": " + rule);
  };
  std::vector<const pb::FieldDescriptor*> fields;
  const pb::Descriptor* holder = &message;
  for (std::string_view rest = text;;) {
    const std::size_t dot = rest.find('.');
    const std::string name(rest.substr(0, dot));
    const pb::FieldDescriptor* const field = holder->FindFieldByName(name);
    if (field == nullptr) {
      return error(std::string(holder->full_name()) + " has no field \"" + name + "\"");
    }
    fields.push_back(field);
    if (dot == std::string_view::npos) return FieldPath(std::move(fields));
    if (field->is_repeated() || field->message_type() == nullptr) {
      return error("\"" + name + "\" is not a singular message, so nothing can follow it");
    }
    holder = field->message_type();
    rest.remove_prefix(dot + 1);
  }
}

const pb::Message& FieldPath::Holder(const pb::Message& message) const {
  const pb::Message* holder = &message;
  for (std::size_t i = 0; i + 1 < fields_.size(); ++i) {
    holder = &holder->GetReflection()->GetMessage(*holder, fields_[i]);
  }
  return *holder;
}

std::string FieldPath::ToString() const {
  std::string text;
  for (const pb::FieldDescriptor* field : fields_) {
    if (!text.empty()) text += '.';
    text += field->name();
  }
  return text;
}

std::string JsonName(const pb::FieldDescriptor& field) {
  if (field.is_extension()) return "[" + std::string(field.full_name()) + "]";
  return std::string(field.json_name());
}

}  // namespace gateway
