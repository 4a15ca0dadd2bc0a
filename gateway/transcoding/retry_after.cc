#include "gateway/transcoding/retry_after.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <limits>
#include <string>
#include <string_view>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

using Wait = std::optional<nanoseconds>;
using TimePoint = std::chrono::system_clock::time_point;

constexpr seconds kMaxWait = std::chrono::hours(24);

// What X-RateLimit-Reset counts: seconds from now below the first, milliseconds since 1970 above
// the second.
constexpr std::int64_t kFirstUnixSeconds = 1'000'000'000;
constexpr std::int64_t kLastUnixSeconds = 100'000'000'000;

bool IsNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return IsDigit(c); });
}

/// Digits only; more than 64 bits hold is the largest number.
std::optional<std::int64_t> ParseInteger(std::string_view text) {
  if (!IsNumber(text)) return std::nullopt;
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() ? number : std::numeric_limits<std::int64_t>::max();
}

/// Digits, with a fraction if there is one, of this unit.
Wait ParseDuration(std::string_view text, nanoseconds unit) {
  const auto point = text.find('.');
  const auto whole = ParseInteger(text.substr(0, point));
  if (!whole) return std::nullopt;
  nanoseconds wait = *whole >= kMaxWait / unit ? nanoseconds(kMaxWait) : *whole * unit;
  if (point == std::string_view::npos) return wait;
  const std::string_view fraction = text.substr(point + 1);
  if (!IsNumber(fraction)) return std::nullopt;
  for (const char digit : fraction) {
    unit /= 10;
    wait += (digit - '0') * unit;
  }
  return wait;
}

/// The three forms of RFC 9110, as Unix seconds.
std::optional<std::int64_t> ParseHttpDate(const std::string& text) {
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return timegm(&parts);
  }
  return std::nullopt;
}

/// `unit`: of the time since 1970. Compares in that unit before it subtracts in nanoseconds, which
/// end in the year 2262.
Wait Until(std::int64_t time, nanoseconds unit, TimePoint now) {
  const nanoseconds since_epoch = now.time_since_epoch();
  if (time >= (since_epoch + kMaxWait) / unit) return kMaxWait;
  return std::max<std::int64_t>(time, 0) * unit - since_epoch;
}

Wait RetryAfterOf(const std::string& value, TimePoint now) {
  if (const auto date = ParseHttpDate(value)) return Until(*date, seconds(1), now);
  return ParseDuration(value, seconds(1));
}

Wait ResetOf(const std::string& value, TimePoint now) {
  const auto number = ParseInteger(value);
  if (!number || *number < kFirstUnixSeconds) return ParseDuration(value, seconds(1));
  if (*number <= kLastUnixSeconds) return Until(*number, seconds(1), now);
  return Until(*number, std::chrono::milliseconds(1), now);
}

/// The value of `name=value`, or nothing.
std::optional<std::string_view> ValueIn(std::string_view part, std::string_view name) {
  if (!part.starts_with(name) || !part.substr(name.size()).starts_with('=')) return std::nullopt;
  return part.substr(name.size() + 1);
}

/// The longest wait of the limits that are used up: `"a";r=0;t=5, "b";r=9;t=60` of the current
/// draft, or `limit=10, remaining=0, reset=5` of older ones.
Wait RateLimitOf(std::string_view value) {
  Wait longest;
  bool used_up = true;
  while (!value.empty()) {
    const auto end = value.find_first_of(";,");
    const std::string_view part = Trimmed(value.substr(0, end));
    if (part.starts_with('"')) used_up = true;
    for (const char* name : {"r", "remaining"}) {
      if (const auto left = ValueIn(part, name)) used_up = ParseInteger(*left) == 0;
    }
    for (const char* name : {"t", "reset"}) {
      const auto reset = ValueIn(part, name);
      if (reset && used_up) longest = std::max(longest, ParseDuration(*reset, seconds(1)));
    }
    value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
  }
  return longest;
}

}  // namespace

std::optional<nanoseconds> RetryAfter(const Headers& headers, TimePoint now) {
  const auto say = [&headers](std::string_view name, auto read) -> Wait {
    const std::string* value = FindHeader(headers, name);
    const Wait wait = value == nullptr ? Wait() : read(std::string(Trimmed(*value)));
    if (!wait || *wait <= nanoseconds(0)) return std::nullopt;
    return std::min<nanoseconds>(*wait, kMaxWait);
  };
  const auto milliseconds = [](const std::string& value) {
    return ParseDuration(value, std::chrono::milliseconds(1));
  };
  if (const Wait wait = say("retry-after-ms", milliseconds)) return wait;
  if (const Wait wait = say("retry-after", [now](const auto& v) { return RetryAfterOf(v, now); })) {
    return wait;
  }
  if (const Wait wait =
          say("x-ratelimit-reset", [now](const auto& v) { return ResetOf(v, now); })) {
    return wait;
  }
  // The proxies that send Unix seconds here mean the same as with X-.
  if (const Wait wait = say("ratelimit-reset", [now](const auto& v) { return ResetOf(v, now); })) {
    return wait;
  }
  return say("ratelimit", [](const std::string& value) { return RateLimitOf(value); });
}

}  // namespace gateway
