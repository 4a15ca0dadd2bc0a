#include "gateway/transcoding/json_violation.h"

#include <string_view>

namespace gateway {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kSeparator = ": ";

const pb::FieldDescriptor* FindByJsonName(const pb::Descriptor& message, std::string_view name) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->json_name() == name) return message.field(i);
  }
  return nullptr;
}

// Of the messages in a field, a map's values among them; null if it holds none.
const pb::Descriptor* MessageIn(const pb::FieldDescriptor& field) {
  return field.is_map() ? field.message_type()->map_value()->message_type() : field.message_type();
}

}  // namespace

std::string RuleOf(const grpc::Status& error) {
  const std::string text = error.error_message();
  const std::size_t separator = text.rfind(kSeparator);
  return separator == std::string::npos ? text : text.substr(separator + kSeparator.size());
}

std::string FieldOf(const grpc::Status& error, const pb::Descriptor& message) {
  const std::string text = error.error_message();
  const std::size_t separator = text.rfind(kSeparator);
  if (separator == std::string::npos) return {};
  std::string path;
  const pb::Descriptor* holder = &message;
  for (std::string_view place = std::string_view(text).substr(0, separator); !place.empty();) {
    const std::string_view step = place.substr(0, place.find_first_of(".[", 1));
    place.remove_prefix(step.size());
    const bool after_dot = step.starts_with('.');
    const pb::FieldDescriptor* const field =
        holder == nullptr ? nullptr : FindByJsonName(*holder, step.substr(after_dot ? 1 : 0));
    if (field == nullptr) {
      path += step;
      continue;
    }
    if (after_dot) path += '.';
    path += field->name();
    holder = MessageIn(*field);
  }
  return path;
}

}  // namespace gateway
