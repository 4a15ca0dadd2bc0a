// The messages that ProtoJSON writes in a form of their own, recognised by name, and the texts of
// those whose form is a string.
//
// Functions without state, thread-safe.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

enum class WellKnown : std::uint8_t {
  kNone,
  kAny,
  kDuration,
  kFieldMask,
  kListValue,
  kStruct,
  kTimestamp,
  kValue,
  kWrapper,  // Int32Value and its like: their only field has number 1
};

WellKnown WellKnownType(const google::protobuf::Descriptor& message);

/// google.protobuf.NullValue, whose only value is JSON's null.
bool IsNullValue(const google::protobuf::FieldDescriptor& field);

/// The two fields of a Timestamp or a Duration.
struct SecondsNanos {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  bool operator==(const SecondsNanos&) const = default;
};

/// RFC 3339 with `T`, and `Z` or an offset, at most nine digits of a second, years 1 to 9999.
/// Stricter than protobuf's TimeUtil, which takes 2024-1-1 and the 31st of February.
std::optional<SecondsNanos> ParseTimestampText(std::string_view text);
/// In UTC, with 0, 3, 6 or 9 digits of a second. Nothing for values out of range.
std::optional<std::string> FormatTimestampText(SecondsNanos time);

/// `-1.5s`; within 315,576,000,000 seconds, about 10,000 years.
std::optional<SecondsNanos> ParseDurationText(std::string_view text);
/// With 0, 3, 6 or 9 digits of a second. Nothing for values out of range or signs that disagree.
std::optional<std::string> FormatDurationText(SecondsNanos duration);

/// `fooBar,baz.quxQuux` → foo_bar, baz.qux_quux. Nothing where a path has an underscore; empty
/// paths are skipped.
std::optional<std::vector<std::string>> ParseFieldMaskText(std::string_view text);
/// One path of a FieldMask: foo_bar → fooBar. Nothing for a path that would not read back as
/// itself.
std::optional<std::string> FormatFieldMaskPath(std::string_view path);

}  // namespace gateway
