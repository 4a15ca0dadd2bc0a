#include "gateway/json/field_value.h"

#include <charconv>
#include <cmath>

#include "gateway/json/enum_names.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using pb::FieldDescriptor;

template <class Number>
std::string Shortest(Number number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), number);
  return {text, end};
}

}  // namespace

// `Get` and `GetRepeated` of pb::Reflection, whichever fits.
#define GATEWAY_GET(type)                                          \
  (index < 0 ? message.GetReflection()->Get##type(message, &field) \
             : message.GetReflection()->GetRepeated##type(message, &field, index))

const std::string& FieldValue::Text(std::string* scratch) const {
  const pb::Reflection& reflection = *message.GetReflection();
  return index < 0 ? reflection.GetStringReference(message, &field, scratch)
                   : reflection.GetRepeatedStringReference(message, &field, index, scratch);
}

const pb::Message& FieldValue::Nested() const {
  const pb::Reflection& reflection = *message.GetReflection();
  return index < 0 ? reflection.GetMessage(message, &field)
                   : reflection.GetRepeatedMessage(message, &field, index);
}

double FieldValue::Floating() const {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT ? GATEWAY_GET(Float)
                                                            : GATEWAY_GET(Double);
}

int FieldValue::EnumNumber() const { return GATEWAY_GET(EnumValue); }

std::string FieldValue::ScalarText() const {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(GATEWAY_GET(Int32));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(GATEWAY_GET(Int64));
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(GATEWAY_GET(UInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(GATEWAY_GET(UInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Shortest(GATEWAY_GET(Double));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Shortest(GATEWAY_GET(Float));
    case FieldDescriptor::CPPTYPE_BOOL:
      return GATEWAY_GET(Bool) ? "true" : "false";
    default: {
      const int number = EnumNumber();
      const pb::EnumValueDescriptor* const value = field.enum_type()->FindValueByNumber(number);
      return value == nullptr ? std::to_string(number) : EnumJsonName(*value);
    }
  }
}

#undef GATEWAY_GET

bool FieldValue::IsQuoted() const {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return true;
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return !std::isfinite(Floating());
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.enum_type()->FindValueByNumber(EnumNumber()) != nullptr;
    default:
      return false;
  }
}

}  // namespace gateway
