#include "gateway/json/well_known_text.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace gateway {
namespace {

constexpr std::int64_t kMinTimestamp = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kMaxTimestamp = 253402300799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t kMaxDuration = 315576000000;
constexpr std::int32_t kNanosPerSecond = 1000000000;
constexpr std::int64_t kSecondsPerDay = 86400;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

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

// `.` and the fewest of 3, 6 or 9 digits that hold `nanos`; nothing for 0.
std::string Fraction(std::int32_t nanos) {
  if (nanos == 0) return {};
  char digits[16];
  std::snprintf(digits, sizeof(digits), ".%09d", nanos);
  std::string fraction = digits;
  while (fraction.ends_with("000")) fraction.resize(fraction.size() - 3);
  return fraction;
}

}  // namespace

std::optional<SecondsNanos> ParseTimestamp(std::string_view text) {
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

std::optional<std::string> FormatTimestamp(SecondsNanos time) {
  if (time.seconds < kMinTimestamp || time.seconds > kMaxTimestamp || time.nanos < 0 ||
      time.nanos >= kNanosPerSecond) {
    return std::nullopt;
  }
  const std::chrono::sys_seconds instant{std::chrono::seconds(time.seconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(midnight);
  const auto second_of_day = static_cast<int>((instant - midnight).count());
  char text[32];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), second_of_day / 3600,
                second_of_day / 60 % 60, second_of_day % 60);
  return text + Fraction(time.nanos) + 'Z';
}

std::optional<SecondsNanos> ParseDuration(std::string_view text) {
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

std::optional<std::string> FormatDuration(SecondsNanos duration) {
  const auto [seconds, nanos] = duration;
  const bool signs_agree = (seconds <= 0 && nanos <= 0) || (seconds >= 0 && nanos >= 0);
  if (!signs_agree || seconds < -kMaxDuration || seconds > kMaxDuration ||
      nanos <= -kNanosPerSecond || nanos >= kNanosPerSecond) {
    return std::nullopt;
  }
  const bool negative = seconds < 0 || nanos < 0;
  return (negative ? "-" : "") + std::to_string(std::abs(seconds)) + Fraction(std::abs(nanos)) +
         's';
}

std::optional<std::vector<std::string>> ParseFieldMask(std::string_view text) {
  std::vector<std::string> paths;
  std::string path;
  for (const char c : text) {
    if (c == '_') return std::nullopt;
    if (c == ',') {
      if (!path.empty()) paths.push_back(std::exchange(path, {}));
    } else if (c >= 'A' && c <= 'Z') {
      path += '_';
      path += static_cast<char>(c - 'A' + 'a');
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
    const bool lower = c >= 'a' && c <= 'z';
    if ((c >= 'A' && c <= 'Z') || c == ',' || (after_underscore && !lower)) return std::nullopt;
    if (after_underscore) {
      camel += static_cast<char>(c - 'a' + 'A');
    } else if (c != '_') {
      camel += c;
    }
    after_underscore = c == '_';
  }
  if (after_underscore) return std::nullopt;
  return camel;
}

}  // namespace gateway
