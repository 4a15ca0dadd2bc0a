#include "gateway/json/well_known_value.h"

#include <optional>

#include "gateway/json/well_known_text.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

SecondsNanos Fields(const pb::Message& message) {
  const pb::Descriptor& type = *message.GetDescriptor();
  const pb::Reflection& reflection = *message.GetReflection();
  return {reflection.GetInt64(message, type.FindFieldByNumber(1)),
          reflection.GetInt32(message, type.FindFieldByNumber(2))};
}

bool FieldMaskToText(const pb::Message& message, std::string* text, JsonError* fault) {
  const pb::FieldDescriptor& paths = *message.GetDescriptor()->FindFieldByNumber(1);
  const int size = message.GetReflection()->FieldSize(message, &paths);
  text->clear();
  for (int i = 0; i < size; ++i) {
    std::string scratch;
    const auto path = FormatFieldMaskPath(FieldValue{message, paths, i}.Text(&scratch));
    if (!path) return fault->Set("a path that would not read back from lowerCamelCase");
    if (i > 0) *text += ',';
    *text += *path;
  }
  return true;
}

}  // namespace

bool WellKnownToText(const pb::Message& message, WellKnown type, std::string* text,
                     JsonError* fault) {
  if (type == WellKnown::kFieldMask) return FieldMaskToText(message, text, fault);
  const bool is_time = type == WellKnown::kTimestamp;
  const auto formatted =
      is_time ? FormatTimestamp(Fields(message)) : FormatDuration(Fields(message));
  if (!formatted) return fault->Set(is_time ? "a time out of range" : "a duration out of range");
  *text = *formatted;
  return true;
}

FieldValue Wrapped(const pb::Message& wrapper) {
  return {wrapper, *wrapper.GetDescriptor()->FindFieldByNumber(1)};
}

}  // namespace gateway
