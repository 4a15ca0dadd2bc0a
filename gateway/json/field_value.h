// One value of a message, read by reflection: a singular field or an element of a repeated one.
//
// A view: the message must outlive it. Thread-safe as the message is.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace gateway {

struct FieldValue {
  const google::protobuf::Message& message;
  const google::protobuf::FieldDescriptor& field;
  int index = -1;  // of an element; -1: the field is singular

  /// Of a string or bytes field. `scratch` may be used to hold it.
  [[nodiscard]] const std::string& Text(std::string* scratch) const;
  [[nodiscard]] const google::protobuf::Message& Nested() const;

  /// A number, bool or enum in ProtoJSON's spelling, without quotes.
  [[nodiscard]] std::string ScalarText() const;
  /// Whether JSON has quotes around ScalarText: 64-bit numbers, NaN and infinities, enum names.
  [[nodiscard]] bool IsQuoted() const;

 private:
  [[nodiscard]] double Floating() const;
  [[nodiscard]] int EnumNumber() const;
};

}  // namespace gateway
