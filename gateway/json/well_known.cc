#include "gateway/json/well_known.h"

#include <string_view>
#include <unordered_map>

namespace gateway {

WellKnown WellKnownType(const google::protobuf::Descriptor& message) {
  static const auto& types = *new std::unordered_map<std::string_view, WellKnown>{
      {"google.protobuf.Any", WellKnown::kAny},
      {"google.protobuf.Duration", WellKnown::kDuration},
      {"google.protobuf.FieldMask", WellKnown::kFieldMask},
      {"google.protobuf.ListValue", WellKnown::kListValue},
      {"google.protobuf.Struct", WellKnown::kStruct},
      {"google.protobuf.Timestamp", WellKnown::kTimestamp},
      {"google.protobuf.Value", WellKnown::kValue},
      {"google.protobuf.DoubleValue", WellKnown::kWrapper},
      {"google.protobuf.FloatValue", WellKnown::kWrapper},
      {"google.protobuf.Int64Value", WellKnown::kWrapper},
      {"google.protobuf.UInt64Value", WellKnown::kWrapper},
      {"google.protobuf.Int32Value", WellKnown::kWrapper},
      {"google.protobuf.UInt32Value", WellKnown::kWrapper},
      {"google.protobuf.BoolValue", WellKnown::kWrapper},
      {"google.protobuf.StringValue", WellKnown::kWrapper},
      {"google.protobuf.BytesValue", WellKnown::kWrapper},
  };
  const auto found = types.find(message.full_name());
  return found == types.end() ? WellKnown::kNone : found->second;
}

bool IsNullValue(const google::protobuf::FieldDescriptor& field) {
  return field.enum_type() != nullptr &&
         field.enum_type()->full_name() == "google.protobuf.NullValue";
}

}  // namespace gateway
