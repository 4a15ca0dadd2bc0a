// One value of a message, read by reflection, and its text: in JSON, in a path, in a query.
//
// Thread-safe as the message is. A FieldValue is a view: the message must outlive it.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "gateway/json/json_error.h"
#include "gateway/json/json_tables.h"

namespace gateway {

struct FieldValue {
  const google::protobuf::Message& message;
  const google::protobuf::FieldDescriptor& field;
  int index = -1;  // of an element; -1: the field is singular

  /// The value in Int32Value and its like.
  static FieldValue Wrapped(const google::protobuf::Message& wrapper);

  /// The text of a string or bytes field. `scratch` may be used to hold it.
  [[nodiscard]] const std::string& Text(std::string* scratch) const;
  [[nodiscard]] const google::protobuf::Message& Nested() const;

  /// A number, bool or enum in ProtoJSON's spelling, without quotes.
  [[nodiscard]] std::string ScalarText(const JsonTables& tables) const;
  /// Whether JSON has quotes around ScalarText: 64-bit numbers, NaN and infinities, enum names.
  [[nodiscard]] bool IsQuoted() const;

 private:
  [[nodiscard]] double Floating() const;
  [[nodiscard]] int EnumNumber() const;
};

bool IsUtf8(std::string_view text);

/// The string that a Timestamp, Duration or FieldMask is in JSON. False with an error for values
/// that have no JSON.
bool WellKnownToText(const google::protobuf::Message& message, std::string* text, JsonError* error);

/// A singular field, or element `index` (≥ 0) of a repeated one, as the plain text that stands in a
/// path or query: numbers, bools, strings, enums by REST spelling, bytes in base64url without
/// padding, and the well-known types whose JSON is a string, number or bool.
tl::expected<std::string, JsonError> WritePlainText(const google::protobuf::Message& message,
                                                    const google::protobuf::FieldDescriptor& field,
                                                    const JsonTables& tables, int index = -1);

/// Whether WritePlainText can write fields of this type: checked at start.
bool HasPlainText(const google::protobuf::FieldDescriptor& field);

}  // namespace gateway
