// The texts of google.protobuf.Timestamp, Duration and FieldMask in JSON.
//
// Functions without state, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

/// The two fields of a Timestamp or a Duration.
struct SecondsNanos {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  bool operator==(const SecondsNanos&) const = default;
};

/// RFC 3339 with `T`, and `Z` or an offset, at most nine digits of a second, years 1 to 9999.
std::optional<SecondsNanos> ParseTimestamp(std::string_view text);
/// In UTC, with 0, 3, 6 or 9 digits of a second. Nothing for values out of range.
std::optional<std::string> FormatTimestamp(SecondsNanos time);

/// `-1.5s`; within 315,576,000,000 seconds, about 10,000 years.
std::optional<SecondsNanos> ParseDuration(std::string_view text);
/// With 0, 3, 6 or 9 digits of a second. Nothing for values out of range or signs that disagree.
std::optional<std::string> FormatDuration(SecondsNanos duration);

/// `fooBar,baz.quxQuux` → foo_bar, baz.qux_quux. Nothing where a path has an underscore; empty
/// paths are skipped.
std::optional<std::vector<std::string>> ParseFieldMask(std::string_view text);
/// One path of a FieldMask: foo_bar → fooBar. Nothing for a path that would not read back as
/// itself.
std::optional<std::string> FormatFieldMaskPath(std::string_view path);

}  // namespace gateway
