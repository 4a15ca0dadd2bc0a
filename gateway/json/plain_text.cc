// Values in paths and queries: WritePlainText of json_writer.h.

#include "gateway/json/base64.h"
#include "gateway/json/field_value.h"
#include "gateway/json/json_error.h"
#include "gateway/json/json_string.h"
#include "gateway/json/json_writer.h"
#include "gateway/json/well_known_value.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

bool Append(const FieldValue& value, std::string* text, JsonError* fault) {
  std::string scratch;
  switch (value.field.type()) {
    case pb::FieldDescriptor::TYPE_STRING:
      *text = value.Text(&scratch);
      return IsUtf8(*text) || fault->Set("invalid UTF-8");
    case pb::FieldDescriptor::TYPE_BYTES:
      *text = EncodeBase64Url(value.Text(&scratch));
      return true;
    case pb::FieldDescriptor::TYPE_MESSAGE: {
      const pb::Message& message = value.Nested();
      const WellKnown type = WellKnownType(*message.GetDescriptor());
      if (type == WellKnown::kWrapper) return Append(Wrapped(message), text, fault);
      return WellKnownToText(message, type, text, fault);
    }
    default:
      *text = value.ScalarText();
      return true;
  }
}

}  // namespace

bool HasPlainText(const pb::FieldDescriptor& field) {
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

Result<std::string> WritePlainText(const pb::Message& message, const pb::FieldDescriptor& field,
                                   int index) {
  JsonError fault;
  std::string text;
  if (HasPlainText(field) ? Append({message, field, index}, &text, &fault)
                          : fault.Set("has no plain text")) {
    return text;
  }
  if (index >= 0) fault.In(static_cast<std::size_t>(index));
  fault.In(field.json_name());
  return tl::unexpected(fault.ToStatus());
}

}  // namespace gateway
