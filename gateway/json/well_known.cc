#include "gateway/json/well_known.h"

#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <chrono>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using pb::util::TimeUtil;

constexpr std::int64_t kMinTimestamp = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kMaxTimestamp = 253402300799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t kMaxDuration = 315576000000;
constexpr std::int32_t kNanosPerSecond = 1000000000;
constexpr std::int64_t kSecondsPerDay = 86400;

// Takes exactly `digits` digits from the front of `text`.
bool TakeNumber(std::string_view* text, std::size_t digits, int* value) {
  if (text->size() < digits) return false;
  *value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = (*text)[i];
    if (!IsDigit(c)) return false;
    *value = *value * 10 + (c - '0');
  }
  text->remove_prefix(digits);
  return true;
}

bool Take(std::string_view* text, char c) {
  if (!text->starts_with(c)) return false;
  text->remove_prefix(1);
  return true;
}

// Takes `.` and one to nine digits, if there is a `.`.
bool TakeFraction(std::string_view* text, std::int32_t* nanos) {
  *nanos = 0;
  if (!Take(text, '.')) return true;
  std::int32_t unit = kNanosPerSecond / 10;
  std::size_t digits = 0;
  for (; digits < text->size() && IsDigit((*text)[digits]); ++digits, unit /= 10) {
    if (unit == 0) return false;
    *nanos += unit * ((*text)[digits] - '0');
  }
  text->remove_prefix(digits);
  return digits > 0;
}

// Takes `Z` or `±hh:mm`.
bool TakeOffset(std::string_view* text, std::int64_t* seconds) {
  *seconds = 0;
  if (Take(text, 'Z')) return true;
  const bool west = text->starts_with('-');
  int hours = 0;
  int minutes = 0;
  if (!Take(text, west ? '-' : '+') || !TakeNumber(text, 2, &hours) || !Take(text, ':') ||
      !TakeNumber(text, 2, &minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  *seconds = std::int64_t{hours * 60 + minutes} * (west ? -60 : 60);
  return true;
}

// Takes `yyyy-mm-dd` as days since 1970.
bool TakeDate(std::string_view* text, std::int64_t* days) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!TakeNumber(text, 4, &year) || !Take(text, '-') || !TakeNumber(text, 2, &month) ||
      !Take(text, '-') || !TakeNumber(text, 2, &day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  *days = date.ok() ? std::chrono::sys_days(date).time_since_epoch().count() : 0;
  return date.ok();
}

template <class Message>
Message Fill(SecondsNanos time, Message message) {
  message.set_seconds(time.seconds);
  message.set_nanos(time.nanos);
  return message;
}

}  // namespace

WellKnown WellKnownType(const pb::Descriptor& message) {
  static const auto& types = *new std::unordered_map<std::string_view, WellKnown>{
      {"google.protobuf.Any", WellKnown::kAny},
      {"google.protobuf.Duration", WellKnown::kDuration},
      {"google.protobuf.FieldMask", WellKnown::kFieldMask},
      {"google.protobuf.ListValue", WellKnown::kListValue},
      {"google.protobuf.Struct", WellKnown::kStruct},
      {"google.protobuf.Timestamp", WellKnown::kTimestamp},
      {"google.protobuf.Value", WellKnown::kValue},
      {"google.protobuf.DoubleValue", WellKnown::kWrapper},
      {"google.protobuf.FloatValue", WellKnown::kWrapper},
      {"google.protobuf.Int64Value", WellKnown::kWrapper},
      {"google.protobuf.UInt64Value", WellKnown::kWrapper},
      {"google.protobuf.Int32Value", WellKnown::kWrapper},
      {"google.protobuf.UInt32Value", WellKnown::kWrapper},
      {"google.protobuf.BoolValue", WellKnown::kWrapper},
      {"google.protobuf.StringValue", WellKnown::kWrapper},
      {"google.protobuf.BytesValue", WellKnown::kWrapper},
  };
  const auto found = types.find(message.full_name());
  return found == types.end() ? WellKnown::kNone : found->second;
}

bool IsNullValue(const pb::FieldDescriptor& field) {
  return field.enum_type() != nullptr &&
         field.enum_type()->full_name() == "google.protobuf.NullValue";
}

std::optional<SecondsNanos> ParseTimestampText(std::string_view text) {
  std::int64_t days = 0;
  std::int64_t offset = 0;
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  SecondsNanos time;
  if (!TakeDate(&text, &days) || !Take(&text, 'T') || !TakeNumber(&text, 2, &hours) ||
      !Take(&text, ':') || !TakeNumber(&text, 2, &minutes) || !Take(&text, ':') ||
      !TakeNumber(&text, 2, &seconds) || !TakeFraction(&text, &time.nanos) ||
      !TakeOffset(&text, &offset) || !text.empty()) {
    return std::nullopt;
  }
  if (hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
  const int second_of_day = (hours * 60 + minutes) * 60 + seconds;
  time.seconds = days * kSecondsPerDay + second_of_day - offset;
  if (time.seconds < kMinTimestamp || time.seconds > kMaxTimestamp) return std::nullopt;
  return time;
}

std::optional<std::string> FormatTimestampText(SecondsNanos time) {
  if (time.seconds < kMinTimestamp || time.seconds > kMaxTimestamp || time.nanos < 0 ||
      time.nanos >= kNanosPerSecond) {
    return std::nullopt;
  }
  return TimeUtil::ToString(Fill(time, pb::Timestamp()));
}

std::optional<SecondsNanos> ParseDurationText(std::string_view text) {
  const bool negative = Take(&text, '-');
  SecondsNanos duration;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), duration.seconds);
  if (error != std::errc() || text.starts_with('-')) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!TakeFraction(&text, &duration.nanos) || text != "s" || duration.seconds > kMaxDuration) {
    return std::nullopt;
  }
  if (negative) duration = {-duration.seconds, -duration.nanos};
  return duration;
}

std::optional<std::string> FormatDurationText(SecondsNanos duration) {
  const auto [seconds, nanos] = duration;
  const bool signs_agree = (seconds <= 0 && nanos <= 0) || (seconds >= 0 && nanos >= 0);
  if (!signs_agree || seconds < -kMaxDuration || seconds > kMaxDuration ||
      nanos <= -kNanosPerSecond || nanos >= kNanosPerSecond) {
    return std::nullopt;
  }
  return TimeUtil::ToString(Fill(duration, pb::Duration()));
}

std::optional<std::vector<std::string>> ParseFieldMaskText(std::string_view text) {
  std::vector<std::string> paths;
  std::string path;
  for (const char c : text) {
    if (c == '_') return std::nullopt;
    if (c == ',') {
      if (!path.empty()) paths.push_back(std::exchange(path, {}));
    } else if (IsUpper(c)) {
      path += '_';
      path += ToLower(c);
    } else {
      path += c;
    }
  }
  if (!path.empty()) paths.push_back(std::move(path));
  return paths;
}

std::optional<std::string> FormatFieldMaskPath(std::string_view path) {
  std::string camel;
  bool after_underscore = false;
  for (const char c : path) {
    if (IsUpper(c) || c == ',' || (after_underscore && !IsLower(c))) return std::nullopt;
    if (after_underscore) {
      camel += ToUpper(c);
    } else if (c != '_') {
      camel += c;
    }
    after_underscore = c == '_';
  }
  if (after_underscore) return std::nullopt;
  return camel;
}

}  // namespace gateway
