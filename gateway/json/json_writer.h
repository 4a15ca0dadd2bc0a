// Protobuf message → JSON (ProtoJSON), by reflection.
//
// Functions without state, thread-safe. They fail for values that JSON cannot hold (a Timestamp out
// of range, an Any of unknown type, a Value without kind).
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "gateway/json/field_path.h"
#include "gateway/json/json_error.h"
#include "gateway/json/json_tables.h"

namespace gateway {

/// The message as a JSON object (or what its well-known type is in JSON). Unset fields are left
/// out. Fields in `omitted` are left out too: those that the path holds.
tl::expected<std::string, JsonError> WriteJson(const google::protobuf::Message& message,
                                               const JsonTables& tables,
                                               const std::vector<FieldPath>& omitted = {});

/// The value of one field of `message` as JSON (google.api.HttpRule.body naming a field). An unset
/// message field is `{}`, or `[]` or `null` where its type has no object in JSON; other unset
/// fields have their default's JSON.
tl::expected<std::string, JsonError> WriteJsonField(const google::protobuf::Message& message,
                                                    const google::protobuf::FieldDescriptor& field,
                                                    const JsonTables& tables);

}  // namespace gateway
