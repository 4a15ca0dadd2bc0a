#include "gateway/json/field_value.h"

#include <absl/strings/escaping.h>
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "gateway/json/well_known.h"

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

SecondsNanos Fields(const pb::Message& message) {
  const pb::Descriptor& type = *message.GetDescriptor();
  const pb::Reflection& reflection = *message.GetReflection();
  return {reflection.GetInt64(message, type.FindFieldByNumber(1)),
          reflection.GetInt32(message, type.FindFieldByNumber(2))};
}

bool FieldMaskToText(const pb::Message& message, std::string* text, JsonError* error) {
  const pb::FieldDescriptor& paths = *message.GetDescriptor()->FindFieldByNumber(1);
  const int size = message.GetReflection()->FieldSize(message, &paths);
  text->clear();
  for (int i = 0; i < size; ++i) {
    std::string scratch;
    const auto path = FormatFieldMaskPath(FieldValue{message, paths, i}.Text(&scratch));
    if (!path) return error->Set("a path that would not read back from lowerCamelCase");
    if (i > 0) *text += ',';
    *text += *path;
  }
  return true;
}

bool AppendPlainText(const FieldValue& value, const JsonTables& tables, std::string* text,
                     JsonError* error) {
  std::string scratch;
  switch (value.field.type()) {
    case FieldDescriptor::TYPE_STRING:
      *text = value.Text(&scratch);
      return IsUtf8(*text) || error->Set("invalid UTF-8");
    case FieldDescriptor::TYPE_BYTES:
      *text = absl::WebSafeBase64Escape(value.Text(&scratch));
      return true;
    case FieldDescriptor::TYPE_MESSAGE: {
      const pb::Message& message = value.Nested();
      const WellKnown type = WellKnownType(*message.GetDescriptor());
      if (type == WellKnown::kWrapper) {
        return AppendPlainText(FieldValue::Wrapped(message), tables, text, error);
      }
      return WellKnownToText(message, text, error);
    }
    default:
      *text = value.ScalarText(tables);
      return true;
  }
}

}  // namespace

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

bool WellKnownToText(const pb::Message& message, std::string* text, JsonError* error) {
  const WellKnown type = WellKnownType(*message.GetDescriptor());
  if (type == WellKnown::kFieldMask) return FieldMaskToText(message, text, error);
  const bool is_time = type == WellKnown::kTimestamp;
  const auto formatted =
      is_time ? FormatTimestampText(Fields(message)) : FormatDurationText(Fields(message));
  if (!formatted) return error->Set(is_time ? "a time out of range" : "a duration out of range");
  *text = *formatted;
  return true;
}

bool HasPlainText(const FieldDescriptor& field) {
  if (field.message_type() == nullptr) return true;
  switch (WellKnownType(*field.message_type())) {
    case WellKnown::kDuration:
    case WellKnown::kFieldMask:
    case WellKnown::kTimestamp:
    case WellKnown::kWrapper:
      return true;
    default:
      return false;
  }
}

tl::expected<std::string, JsonError> WritePlainText(const pb::Message& message,
                                                    const FieldDescriptor& field,
                                                    const JsonTables& tables, int index) {
  JsonError error;
  std::string text;
  if (HasPlainText(field) ? AppendPlainText({message, field, index}, tables, &text, &error)
                          : error.Set("has no plain text")) {
    return text;
  }
  if (index >= 0) error.In(static_cast<std::size_t>(index));
  error.In(field);
  return tl::unexpected(std::move(error));
}

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

std::string FieldValue::ScalarText(const JsonTables& tables) const {
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
      const auto& names = tables.EnumOf(*field.enum_type()).written;
      const auto name = names.find(number);
      return name == names.end() ? std::to_string(number) : name->second;
    }
  }
}

#undef GATEWAY_GET

FieldValue FieldValue::Wrapped(const pb::Message& wrapper) {
  return {wrapper, *wrapper.GetDescriptor()->FindFieldByNumber(1)};
}

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
