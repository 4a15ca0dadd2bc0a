#include "gateway/json/json_name.h"

namespace gateway {

std::string JsonName(const google::protobuf::FieldDescriptor& field) {
  return field.is_extension() ? "[" + field.full_name() + "]" : field.json_name();
}

}  // namespace gateway
