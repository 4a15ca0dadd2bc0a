// The messages that have a form of their own in JSON.

#include <optional>
#include <string>
#include <utility>

#include "gateway/json/json_walk.h"
#include "gateway/json/well_known.h"

namespace gateway {
namespace {

namespace dom = simdjson::dom;
using Unknown = JsonReadOptions::Unknown;

// Tags of the well-known types' fields: number << 3 | wire type.
constexpr WireTag kVarint1{{0x08}, 1};
constexpr WireTag kFixed64_2{{0x11}, 1};
constexpr WireTag kVarint2{{0x10}, 1};
constexpr WireTag kVarint4{{0x20}, 1};
constexpr WireTag kBytes1{{0x0a}, 1};
constexpr WireTag kBytes2{{0x12}, 1};
constexpr WireTag kBytes3{{0x1a}, 1};
constexpr WireTag kBytes5{{0x2a}, 1};
constexpr WireTag kBytes6{{0x32}, 1};

constexpr std::string_view kTypeMember = "@type";

void WriteSecondsNanos(const SecondsNanos& time, WireBuffer* wire) {
  if (time.seconds != 0) {
    wire->Tag(kVarint1);
    wire->Varint(static_cast<std::uint64_t>(time.seconds));
  }
  if (time.nanos != 0) {
    wire->Tag(kVarint2);
    wire->Varint(static_cast<std::uint64_t>(std::int64_t{time.nanos}));
  }
}

// The last member of the name.
std::optional<dom::element> Last(dom::object object, std::string_view name) {
  std::optional<dom::element> last;
  for (const auto& [key, value] : object) {
    if (key == name) last = value;
  }
  return last;
}

}  // namespace

bool JsonWalk::ReadWellKnown(const MessageTable& table, Element value) {
  switch (table.well_known) {
    case WellKnown::kAny:
      return ReadAny(value);
    case WellKnown::kDuration:
      return ReadDuration(value);
    case WellKnown::kFieldMask:
      return ReadFieldMask(value);
    case WellKnown::kListValue:
      return ReadListValue(value);
    case WellKnown::kStruct:
      return ReadStruct(value);
    case WellKnown::kTimestamp:
      return ReadTimestamp(value);
    case WellKnown::kValue:
      return ReadValue(value);
    case WellKnown::kWrapper:
      return ReadSingular(table.fields.front(), value);
    case WellKnown::kNone:
      break;
  }
  return false;
}

// An Any of a type that is not known is dropped with its field, element or entry.
bool JsonWalk::DropsAny(Element value) {
  if (pass_.unknown == Unknown::kReject) return false;
  Object object;
  if (value.get(object) != simdjson::SUCCESS) return false;
  const std::optional<Element> type = Last(object, kTypeMember);
  std::string_view url;
  if (!type || type->get(url) != simdjson::SUCCESS || tables_.FindAnyType(url) != nullptr) {
    return false;
  }
  ++unknown_anys_;
  return true;
}

bool JsonWalk::ReadAny(Element value) {
  Object object;
  if (value.get(object) != simdjson::SUCCESS) return error_.Set("not an object");
  const std::optional<Element> type = Last(object, kTypeMember);
  if (!type) return object.size() == 0 || error_.Set("an Any without \"@type\"");
  std::string_view url;
  if (type->get(url) != simdjson::SUCCESS) {
    error_.Set("not a string");
    return error_.In(kTypeMember);
  }
  const google::protobuf::Descriptor* const content_type = tables_.FindAnyType(url);
  if (content_type == nullptr && pass_.unknown == Unknown::kSkip) {
    // Nothing is around it that could be dropped: it is all there is, or in another Any.
    ++unknown_anys_;
    return true;
  }
  if (content_type == nullptr) {
    error_.Set("not the URL of a known message type");
    return error_.In(kTypeMember);
  }
  wire_.String(kBytes1, url);
  // The content is bytes to a decoder, which counts its levels anew.
  const std::size_t level = std::exchange(level_, 0);
  const WireBuffer::Nested content = wire_.Open(kBytes2);
  if (!ReadAnyContent(tables_.MessageOf(*content_type), object)) return false;
  level_ = level;
  if (wire_.IsEmpty(content)) {
    wire_.Cancel(content);
  } else {
    wire_.Close(content);
  }
  return true;
}

bool JsonWalk::ReadAnyContent(const MessageTable& table, Object object) {
  if (table.well_known == WellKnown::kNone) return ReadMembers(table, object);
  const std::optional<Element> value = Last(object, "value");
  if (!value)
    return error_.Set("an Any of " + std::string(table.type->full_name()) + " without \"value\"");
  for (const auto& [name, ignored] : object) {
    if (name != "value" && !SkipUnknown(name)) return false;
  }
  return ReadWellKnown(table, *value) || error_.In("value");
}

bool JsonWalk::ReadTimestamp(Element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return error_.Set("not a string");
  const std::optional<SecondsNanos> time = ParseTimestampText(text);
  if (!time) return error_.Set("not a timestamp as in RFC 3339, of the years 1 to 9999");
  WriteSecondsNanos(*time, &wire_);
  return true;
}

bool JsonWalk::ReadDuration(Element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return error_.Set("not a string");
  const std::optional<SecondsNanos> duration = ParseDurationText(text);
  if (!duration) return error_.Set("not a duration in seconds such as 1.5s, or out of range");
  WriteSecondsNanos(*duration, &wire_);
  return true;
}

bool JsonWalk::ReadFieldMask(Element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return error_.Set("not a string");
  const auto paths = ParseFieldMaskText(text);
  if (!paths) return error_.Set("not a list of paths in lowerCamelCase");
  for (const std::string& path : *paths) {
    wire_.String(kBytes1, path);
  }
  return true;
}

bool JsonWalk::ReadStruct(Element value) {
  Object object;
  if (value.get(object) != simdjson::SUCCESS) return error_.Set("not an object");
  std::size_t position = 0;
  for (const auto& [key, element] : object) {
    WireBuffer::Nested entry;
    WireBuffer::Nested content;
    if (!Enter(kBytes1, &entry)) return error_.In(position);
    wire_.String(kBytes1, key);
    if (!Enter(kBytes2, &content) || !ReadValue(element)) return error_.In(position);
    Leave(content);
    Leave(entry);
    ++position;
  }
  return true;
}

bool JsonWalk::ReadValue(Element value) {
  std::uint64_t bits = 0;
  WireBuffer::Nested nested;
  switch (value.type()) {
    case dom::element_type::NULL_VALUE:
      wire_.Tag(kVarint1);
      wire_.Varint(0);
      return true;
    case dom::element_type::BOOL:
      wire_.Tag(kVarint4);
      wire_.Varint(value.get_bool().value_unsafe() ? 1 : 0);
      return true;
    case dom::element_type::STRING:
      wire_.String(kBytes3, value.get_string().value_unsafe());
      return true;
    case dom::element_type::OBJECT:
      if (!Enter(kBytes5, &nested) || !ReadStruct(value)) return false;
      Leave(nested);
      return true;
    case dom::element_type::ARRAY:
      if (!Enter(kBytes6, &nested) || !ReadListValue(value)) return false;
      Leave(nested);
      return true;
    default:
      if (!scalars_.ReadDouble(value, &bits)) return false;
      wire_.Tag(kFixed64_2);
      wire_.Fixed(bits);
      return true;
  }
}

bool JsonWalk::ReadListValue(Element value) {
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return error_.Set("not an array");
  std::size_t index = 0;
  for (const Element element : array) {
    WireBuffer::Nested nested;
    if (!Enter(kBytes1, &nested) || !ReadValue(element)) return error_.In(index);
    Leave(nested);
    ++index;
  }
  return true;
}

}  // namespace gateway
