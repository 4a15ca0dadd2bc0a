#include "gateway/json/json_error.h"

#include "gateway/json/field_path.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t kMaxPlaceBytes = 256;

std::string ProtoName(const pb::FieldDescriptor& field) {
  return field.is_extension() ? JsonName(field) : std::string(field.name());
}

}  // namespace

bool JsonError::Set(std::string_view rule) {
  rule_ = rule;
  place_.clear();
  return false;
}

bool JsonError::In(const pb::FieldDescriptor& field) {
  place_.emplace_back(&field);
  return false;
}

bool JsonError::In(std::string_view member) {
  place_.emplace_back(std::string(member));
  return false;
}

bool JsonError::In(std::size_t index) {
  place_.emplace_back(index);
  return false;
}

std::string JsonError::JsonPlace() const { return Place(JsonName); }

std::string JsonError::ProtoPlace() const { return Place(ProtoName); }

std::string JsonError::Place(FieldName name_of) const {
  std::string place;
  for (auto step = place_.rbegin(); step != place_.rend(); ++step) {
    std::string text;
    if (const auto* index = std::get_if<std::size_t>(&*step)) {
      text = "[" + std::to_string(*index) + "]";
    } else if (const auto* member = std::get_if<std::string>(&*step)) {
      text = "." + *member;
    } else {
      text = "." + name_of(*std::get<const pb::FieldDescriptor*>(*step));
    }
    if (place.size() + text.size() > kMaxPlaceBytes) {
      place += "...";
      break;
    }
    place += text;
  }
  if (place.starts_with('.')) place.erase(0, 1);
  return place;
}

grpc::Status JsonError::ToStatus() const {
  const std::string place = JsonPlace();
  return {grpc::StatusCode::INVALID_ARGUMENT, place.empty() ? rule_ : place + ": " + rule_};
}

}  // namespace gateway
