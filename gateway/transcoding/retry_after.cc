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

constexpr seconds kMaxWait = std::chrono::hours(24);

// Digits only; more than 64 bits hold is the largest number.
std::optional<std::int64_t> ParseSeconds(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return IsDigit(c); })) return {};
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() ? number : std::numeric_limits<std::int64_t>::max();
}

// The three forms of RFC 9110, as Unix seconds.
std::optional<std::int64_t> ParseHttpDate(const std::string& text) {
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return timegm(&parts);
  }
  return std::nullopt;
}

// Compares in seconds before it subtracts in nanoseconds, which end in the year 2262.
nanoseconds Until(std::int64_t unix_seconds, std::chrono::system_clock::time_point now) {
  const nanoseconds since_epoch = now.time_since_epoch();
  if (unix_seconds >= std::chrono::floor<seconds>(since_epoch + kMaxWait).count()) return kMaxWait;
  return std::max(nanoseconds(0), seconds(std::max<std::int64_t>(unix_seconds, 0)) - since_epoch);
}

std::optional<std::string> Find(const Headers& headers, std::string_view name) {
  const std::string* value = FindHeader(headers, name);
  if (value == nullptr) return std::nullopt;
  return std::string(Trimmed(*value));
}

}  // namespace

std::optional<nanoseconds> RetryAfter(const Headers& headers,
                                      std::chrono::system_clock::time_point now) {
  if (const auto value = Find(headers, "retry-after")) {
    if (const auto wait = ParseSeconds(*value))
      return std::min(*wait, kMaxWait.count()) * seconds(1);
    if (const auto date = ParseHttpDate(*value)) return Until(*date, now);
  }
  if (const auto value = Find(headers, "x-ratelimit-reset")) {
    if (const auto reset = ParseSeconds(*value)) return Until(*reset, now);
  }
  return std::nullopt;
}

}  // namespace gateway
