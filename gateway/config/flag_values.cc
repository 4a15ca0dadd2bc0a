#include "gateway/config/flag_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "gateway/base/address.h"
#include "gateway/base/ascii.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMaxDuration = std::chrono::hours(24);
constexpr std::size_t kMaxSize = std::size_t{2047} << 20;
constexpr std::size_t kMaxApiKey = 4096;
constexpr std::size_t kMaxMarkerKey = 64;

tl::unexpected<std::string> Rule(std::string rule) {
  return tl::unexpected<std::string>(std::move(rule));
}

bool IsPrintable(char c) { return c > ' ' && c <= '~'; }

/// A number of type T that fills the whole text; false for a sign, a blank or an overflow.
template <class T>
bool ReadNumber(std::string_view text, T& value, int base = 10) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  const bool whole = stop == text.data() + text.size();
  return error == std::errc() && whole && IsDigit(text.front());
}

/// `text` as one of the names, else a rule that lists them.
template <class T, std::size_t kSize>
Parsed<T> ParseOneOf(std::string_view text,
                     const std::array<std::pair<std::string_view, T>, kSize>& names) {
  std::string list;
  for (const auto& [name, value] : names) {
    if (text == name) return value;
    list.append(list.empty() ? "" : ", ").append(name);
  }
  return Rule("must be one of " + list);
}

}  // namespace

Parsed<milliseconds> ParseDuration(const std::string& text) {
  const auto rule = Rule(
      "must be a number with a unit, ms, s, m or h, such as 250ms or 1.5s: "
      "whole milliseconds, at most 24h");
  static constexpr std::array<std::pair<std::string_view, double>, 4> kUnits = {
      {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};
  const auto number_end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = std::string_view(text).substr(0, number_end);
  const std::string_view unit = std::string_view(text).substr(number_end);
  const auto* const factor = std::ranges::find(kUnits, unit, [](const auto& u) { return u.first; });

  double value = 0;
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value,
                                             std::chars_format::fixed);
  const bool whole_number = error == std::errc() && stop == number.data() + number.size() &&
                            IsDigit(number.front()) && IsDigit(number.back());
  if (!whole_number || factor == kUnits.end()) return rule;

  const double exact = value * factor->second;
  const double rounded = std::round(exact);
  // Decimal fractions such as 1.001s are not exact in binary.
  const bool whole = std::abs(exact - rounded) < 1e-6;
  if (!whole || rounded > static_cast<double>(kMaxDuration.count())) return rule;
  return milliseconds(static_cast<milliseconds::rep>(rounded));
}

Parsed<milliseconds> ParsePositiveDuration(const std::string& text) {
  auto duration = ParseDuration(text);
  if (duration && duration->count() == 0) return Rule("must be longer than 0s");
  return duration;
}

Parsed<std::size_t> ParseSize(const std::string& text) {
  std::string_view number = text;
  std::size_t unit = 1;
  if (number.ends_with("KiB")) unit = std::size_t{1} << 10;
  if (number.ends_with("MiB")) unit = std::size_t{1} << 20;
  if (unit != 1) number.remove_suffix(3);
  std::size_t value = 0;
  if (!ReadNumber(number, value) || value == 0 || value > kMaxSize / unit) {
    return Rule("must be a whole number of bytes, KiB or MiB, such as 512KiB: 1 byte to 2047MiB");
  }
  return value * unit;
}

Parsed<int> ParseCount(const std::string& text, int least, int most) {
  int value = 0;
  if (!ReadNumber(text, value) || value < least || value > most) {
    return Rule("must be a whole number from " + std::to_string(least) + " to " +
                std::to_string(most));
  }
  return value;
}

Parsed<unsigned> ParseMode(const std::string& text) {
  constexpr unsigned kMaxMode = 0777;
  unsigned mode = 0;
  if (!ReadNumber(text, mode, 8) || mode > kMaxMode) {
    return Rule("must be permission bits in octal, such as 0660: at most 0777");
  }
  return mode;
}

Parsed<bool> ParseSwitch(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, bool>, 2> kNames = {
      {{"true", true}, {"false", false}}};
  return ParseOneOf(text, kNames);
}

Parsed<std::string> ParsePath(const std::string& text) {
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (text.empty() || std::ranges::any_of(text, is_control)) {
    return Rule("must be a file's path: not empty, without control characters");
  }
  return text;
}

Parsed<std::string> ParseName(const std::string& text) {
  const auto legal = [](char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; };
  if (text.empty() || !std::ranges::all_of(text, legal)) {
    return Rule("must be a name of letters, digits, '-', '_' and '.'");
  }
  return text;
}

Parsed<std::string> ParseMarkerKey(const std::string& text) {
  const auto legal = [](char c) {
    return IsAlphanumeric(c) || std::string_view("_-:.").find(c) != std::string_view::npos;
  };
  if (text.empty() || text.size() > kMaxMarkerKey || !std::ranges::all_of(text, legal)) {
    return Rule("must be 1 to " + std::to_string(kMaxMarkerKey) +
                " letters, digits, '_', '-', ':' and '.'");
  }
  return text;
}

Parsed<std::string> ParseListenAddress(const std::string& text) {
  return ParseAddress(text, /*allow_port_zero=*/true).map([&](const Address&) { return text; });
}

Parsed<std::string> ParseDialAddress(const std::string& text) {
  return ParseAddress(text, /*allow_port_zero=*/false).map([&](const Address&) { return text; });
}

Parsed<std::string> ParseAdminAddress(const std::string& text) {
  if (text == "off") return std::string();
  const auto address = ParseAddress(text, /*allow_port_zero=*/true);
  if (!address || address->IsUnix()) return Rule("must be host:port, [v6]:port or off");
  return text;
}

Parsed<std::string> ParseApiKey(std::string_view text) {
  const std::string_view key = Trimmed(text);
  if (key.empty() || key.size() > kMaxApiKey || !std::ranges::all_of(key, IsPrintable)) {
    return Rule("must be 1 to " + std::to_string(kMaxApiKey) +
                " printable ASCII characters without blanks or line breaks inside");
  }
  return std::string(key);
}

Parsed<Auth> ParseAuth(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, Auth>, 2> kNames = {
      {{"gateway", Auth::kGateway}, {"caller", Auth::kCaller}}};
  return ParseOneOf(text, kNames);
}

Parsed<HttpVersion> ParseHttpVersion(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, HttpVersion>, 3> kNames = {
      {{"auto", HttpVersion::kAuto}, {"1.1", HttpVersion::kHttp1}, {"2", HttpVersion::kHttp2}}};
  return ParseOneOf(text, kNames);
}

Parsed<LogLevel> ParseLogLevel(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kNames = {
      {{"trace", LogLevel::kTrace},
       {"debug", LogLevel::kDebug},
       {"info", LogLevel::kInfo},
       {"warn", LogLevel::kWarn},
       {"error", LogLevel::kError}}};
  return ParseOneOf(text, kNames);
}

Parsed<LogFormat> ParseLogFormat(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, LogFormat>, 2> kNames = {
      {{"json", LogFormat::kJson}, {"text", LogFormat::kText}}};
  return ParseOneOf(text, kNames);
}

}  // namespace gateway
