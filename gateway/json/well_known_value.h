// The well-known messages whose JSON is a string, as that string.
//
// Functions without state, thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "gateway/json/field_value.h"
#include "gateway/json/json_error.h"
#include "gateway/json/well_known.h"

namespace gateway {

/// Of a Timestamp, Duration or FieldMask. False with a fault for values that have no JSON.
bool WellKnownToText(const google::protobuf::Message& message, WellKnown type, std::string* text,
                     JsonError* fault);

/// The value in Int32Value and its like.
FieldValue Wrapped(const google::protobuf::Message& wrapper);

}  // namespace gateway
