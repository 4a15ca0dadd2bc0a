// Protobuf message → JSON (ProtoJSON), by reflection.
//
// Functions without state, thread-safe. Fails with INVALID_ARGUMENT for values that JSON cannot
// hold (a Timestamp out of range, an Any of unknown type, a Value without kind), naming the field's
// path.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "gateway/base/result.h"
#include "gateway/json/field_path.h"

namespace gateway {

/// The message as a JSON object (or what its well-known type is in JSON). Unset fields are left
/// out. Fields in `omitted` are left out too: those that the path holds.
Result<std::string> WriteJson(const google::protobuf::Message& message,
                              const std::vector<FieldPath>& omitted = {});

/// The value of one field of `message` as JSON (google.api.HttpRule.body naming a field). An unset
/// message field is `{}`, or `[]` or `null` where its type has no object in JSON; other unset
/// fields have their default's JSON.
Result<std::string> WriteJsonField(const google::protobuf::Message& message,
                                   const google::protobuf::FieldDescriptor& field);

/// A singular field, or element `index` (≥ 0) of a repeated one, as the plain text that stands in a
/// path or query: numbers, bools, strings, enums by REST spelling, bytes in base64url without
/// padding, and the well-known types whose JSON is a string, number or bool.
Result<std::string> WritePlainText(const google::protobuf::Message& message,
                                   const google::protobuf::FieldDescriptor& field, int index = -1);

/// Whether WritePlainText can write fields of this type: checked at start.
bool HasPlainText(const google::protobuf::FieldDescriptor& field);

}  // namespace gateway
