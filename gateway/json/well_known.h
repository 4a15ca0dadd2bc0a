// The messages that ProtoJSON writes in a form of their own, recognised by name.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>

namespace gateway {

enum class WellKnown : std::uint8_t {
  kNone,
  kAny,
  kDuration,
  kFieldMask,
  kListValue,
  kStruct,
  kTimestamp,
  kValue,
  kWrapper,  // Int32Value and its like: their only field has number 1
};

WellKnown WellKnownType(const google::protobuf::Descriptor& message);

/// google.protobuf.NullValue, whose only value is JSON's null.
bool IsNullValue(const google::protobuf::FieldDescriptor& field);

}  // namespace gateway
