#include "gateway/config/flag_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ranges>
#include <utility>
#include <vector>

#include "gateway/base/ascii.h"
#include "gateway/base/base_url.h"
#include "gateway/base/header_policy.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMaxDuration = std::chrono::hours(24);
constexpr std::size_t kKibibyte = std::size_t{1} << 10;
constexpr std::size_t kMebibyte = std::size_t{1} << 20;
constexpr std::size_t kMaxSize = 2047 * kMebibyte;
constexpr std::size_t kMaxApiKey = 4096;
constexpr std::size_t kMaxMarkerKey = 64;
constexpr std::string_view kOff = "off";

/// Longest first: a duration is shown in the longest unit that leaves it whole.
using TimeUnit = std::pair<std::string_view, milliseconds::rep>;
constexpr std::array<TimeUnit, 4> kTimeUnits = {
    {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

tl::unexpected<std::string> Rule(std::string rule) {
  return tl::unexpected<std::string>(std::move(rule));
}

std::string Unchanged(const std::string& text) { return text; }

/// A number of type T that fills the whole text; false for a sign, a blank or an overflow.
template <class T>
bool ReadNumber(std::string_view text, T& value, int base = 10) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  const bool whole = stop == text.data() + text.size();
  return error == std::errc() && whole && IsDigit(text.front());
}

/// Nothing for what is not a decimal number of milliseconds, whole and in bounds.
std::optional<milliseconds> ReadDuration(std::string_view text) {
  const auto number_end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, number_end);
  const std::string_view unit = text.substr(number_end);
  const auto* const factor = std::ranges::find(kTimeUnits, unit, &TimeUnit::first);
  double value = 0;
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value,
                                             std::chars_format::fixed);
  const bool is_number = error == std::errc() && stop == number.data() + number.size() &&
                         IsDigit(number.front()) && IsDigit(number.back());
  if (!is_number || factor == kTimeUnits.end()) return std::nullopt;

  const double exact = value * static_cast<double>(factor->second);
  const double rounded = std::round(exact);
  // Decimal fractions such as 1.001s are not exact in binary.
  const bool whole = std::abs(exact - rounded) < 1e-6;
  if (!whole || rounded > static_cast<double>(kMaxDuration.count())) return std::nullopt;
  return milliseconds(static_cast<milliseconds::rep>(rounded));
}

std::string FormatDuration(const milliseconds& duration) {
  if (duration.count() == 0) return "0s";
  for (const auto& [unit, factor] : kTimeUnits) {
    // A minute is shown as 60s, which is how people write short times.
    const bool is_short = factor == kTimeUnits[1].second && duration.count() < 2 * factor;
    if (duration.count() % factor == 0 && !is_short) {
      return fmt::format("{}{}", duration.count() / factor, unit);
    }
  }
  return {};
}

Parsed<milliseconds> ParseDuration(const std::string& text) {
  if (const auto duration = ReadDuration(text)) return *duration;
  return Rule(
      "must be a number with a unit, ms, s, m or h, such as 250ms or 1.5s: whole milliseconds, at "
      "most 24h");
}

Parsed<milliseconds> ParsePositiveDuration(const std::string& text) {
  auto duration = ParseDuration(text);
  if (duration && duration->count() == 0) return Rule("must be longer than 0s");
  return duration;
}

Parsed<std::size_t> ParseSize(const std::string& text) {
  std::string_view number = text;
  std::size_t unit = 1;
  if (number.ends_with("KiB")) unit = kKibibyte;
  if (number.ends_with("MiB")) unit = kMebibyte;
  if (unit != 1) number.remove_suffix(3);
  std::size_t value = 0;
  if (!ReadNumber(number, value) || value == 0 || value > kMaxSize / unit) {
    return Rule("must be a whole number of bytes, KiB or MiB, such as 512KiB: 1 byte to 2047MiB");
  }
  return value * unit;
}

std::string FormatSize(const std::size_t& size) {
  if (size % kMebibyte == 0) return fmt::format("{}MiB", size / kMebibyte);
  if (size % kKibibyte == 0) return fmt::format("{}KiB", size / kKibibyte);
  return std::to_string(size);
}

Parsed<unsigned> ParseMode(const std::string& text) {
  constexpr unsigned kMaxMode = 0777;
  unsigned mode = 0;
  if (!ReadNumber(text, mode, 8) || mode > kMaxMode) {
    return Rule("must be permission bits in octal, such as 0660: at most 0777");
  }
  return mode;
}

Parsed<std::string> ParsePath(const std::string& text) {
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (text.empty() || std::ranges::any_of(text, is_control)) {
    return Rule("must be a file's path: not empty, without control characters");
  }
  return text;
}

/// Whether all characters are letters, digits or in `punctuation`, and there is one.
bool IsWord(std::string_view text, std::string_view punctuation) {
  return !text.empty() && std::ranges::all_of(text, [punctuation](char c) {
    return IsAlphanumeric(c) || punctuation.find(c) != std::string_view::npos;
  });
}

Parsed<std::string> ParseName(const std::string& text) {
  if (IsWord(text, "-_.")) return text;
  return Rule("must be a name of letters, digits, '-', '_' and '.'");
}

Parsed<std::string> ParseMarkerKey(const std::string& text) {
  if (IsWord(text, "_-:.") && text.size() <= kMaxMarkerKey) return text;
  return Rule(fmt::format("must be 1 to {} letters, digits, '_', '-', ':' and '.'", kMaxMarkerKey));
}

FlagValue<Address> AddressValue(bool allow_port_zero) {
  return {.parse = [allow_port_zero](
                       const std::string& text) { return ParseAddress(text, allow_port_zero); },
          .format = [](const Address& address) { return address.ToString(); }};
}

Parsed<std::optional<Address>> ParseAdminAddress(const std::string& text) {
  if (text == kOff) return std::optional<Address>();
  const auto address = ParseAddress(text, /*allow_port_zero=*/true);
  if (!address || address->IsUnix()) return Rule("must be host:port, [v6]:port or off");
  return *address;
}

Parsed<std::string> ParseProxyUrl(const std::string& text) {
  static constexpr std::array<std::string_view, 4> kSchemes = {"http", "https", "socks5",
                                                               "socks5h"};
  const Url url = SplitUrl(text);
  const bool known = std::ranges::find(kSchemes, url.scheme) != kSchemes.end();
  if (!known || (!url.path.empty() && url.path != "/")) {
    return Rule("must be an http://, https://, socks5:// or socks5h:// URL without a path");
  }
  return text;
}

Parsed<std::string> ParseHeaderText(const std::string& text) {
  if (text.empty() || Trimmed(text) != text || !IsHeaderValue(text)) {
    return Rule("must be printable ASCII, not empty, without blanks at its ends");
  }
  return text;
}

std::string FormatPair(const Header& pair) { return pair.name + "=" + pair.value; }

Parsed<Header> ParsePair(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return Rule("must be NAME=VALUE");
  return Header{.name = text.substr(0, equals),
                .value = std::string(Trimmed(std::string_view(text).substr(equals + 1)))};
}

Parsed<Header> ParseHeader(const std::string& text) {
  auto header = ParsePair(text);
  if (!header) return header;
  if (!IsHeaderName(header->name)) return Rule("must be NAME=VALUE with a legal header name");
  if (!MaySetRequestHeader(header->name)) {
    return Rule("must not be " + ToLower(header->name) + ", which the gateway or HTTP itself sets");
  }
  if (!IsHeaderValue(header->value)) {
    return Rule("must have a value of printable ASCII without line breaks");
  }
  return header;
}

Parsed<Header> ParseMetadata(const std::string& text) {
  auto metadata = ParsePair(text);
  if (!metadata) return metadata;
  if (!IsMetadataName(metadata->name)) {
    return Rule(
        "must be NAME=VALUE with a name of lower-case letters, digits, '-', '_' and '.', that does "
        "not end in -bin or begin with grpc-");
  }
  if (!IsHeaderValue(metadata->value)) {
    return Rule("must have a value of printable ASCII without line breaks");
  }
  return metadata;
}

Parsed<std::string> ParseForwardedName(const std::string& text) {
  std::string name = ToLower(text);
  if (!IsMetadataName(name)) {
    return Rule(
        "must be a metadata name of letters, digits, '-', '_' and '.', that does not end in -bin "
        "or begin with grpc-");
  }
  if (!MayForwardMetadata(name)) {
    return Rule("must not be " + name + ", which the gateway or HTTP itself sets");
  }
  return name;
}

template <class T>
using Named = std::pair<std::string_view, T>;

/// One of the named values.
template <class T>
FlagValue<T> OneOf(const std::vector<Named<T>>& values) {
  const auto parse = [values](const std::string& text) -> Parsed<T> {
    const auto found = std::ranges::find(values, text, &Named<T>::first);
    if (found != values.end()) return found->second;
    const auto names = values | std::views::keys;
    return Rule(fmt::format("must be one of {}", fmt::join(names, ", ")));
  };
  return {.parse = parse, .format = [values](const T& value) {
            return std::string(std::ranges::find(values, value, &Named<T>::second)->first);
          }};
}

}  // namespace

FlagValue<milliseconds> DurationValue() { return {ParseDuration, FormatDuration}; }
FlagValue<milliseconds> PositiveDurationValue() { return {ParsePositiveDuration, FormatDuration}; }
FlagValue<std::size_t> SizeValue() { return {ParseSize, FormatSize}; }

FlagValue<int> CountValue(int least, int most) {
  const auto parse = [least, most](const std::string& text) -> Parsed<int> {
    int value = 0;
    if (ReadNumber(text, value) && value >= least && value <= most) return value;
    return Rule(fmt::format("must be a whole number from {} to {}", least, most));
  };
  return {.parse = parse, .format = [](const int& value) { return std::to_string(value); }};
}

FlagValue<unsigned> ModeValue() {
  return {ParseMode, [](const unsigned& mode) { return fmt::format("{:04o}", mode); }};
}
FlagValue<bool> SwitchValue() { return OneOf<bool>({{"true", true}, {"false", false}}); }

FlagValue<std::string> PathValue() { return {ParsePath, Unchanged}; }
FlagValue<std::string> NameValue() { return {ParseName, Unchanged}; }
FlagValue<std::string> MarkerKeyValue() { return {ParseMarkerKey, Unchanged}; }

FlagValue<Address> ListenAddressValue() { return AddressValue(/*allow_port_zero=*/true); }
FlagValue<Address> DialAddressValue() { return AddressValue(/*allow_port_zero=*/false); }
FlagValue<std::optional<Address>> AdminAddressValue() {
  return {ParseAdminAddress, [](const std::optional<Address>& address) {
            return address ? address->ToString() : std::string(kOff);
          }};
}
FlagValue<std::string> BaseUrlValue() {
  return {[](const std::string& text) { return ParseBaseUrl(text); }, Unchanged};
}
FlagValue<std::string> ProxyUrlValue() { return {ParseProxyUrl, Unchanged}; }

FlagValue<std::string> HeaderTextValue() { return {ParseHeaderText, Unchanged}; }
FlagValue<Header> HeaderValue() { return {ParseHeader, FormatPair}; }
FlagValue<Header> MetadataValue() { return {ParseMetadata, FormatPair}; }
FlagValue<std::string> ForwardedNameValue() { return {ParseForwardedName, Unchanged}; }

FlagValue<Auth> AuthValue() {
  return OneOf<Auth>({{"gateway", Auth::kGateway}, {"caller", Auth::kCaller}});
}
FlagValue<HttpVersion> HttpVersionValue() {
  return OneOf<HttpVersion>(
      {{"auto", HttpVersion::kAuto}, {"1.1", HttpVersion::kHttp1}, {"2", HttpVersion::kHttp2}});
}
FlagValue<LogLevel> LogLevelValue() {
  return OneOf<LogLevel>({{"trace", LogLevel::kTrace},
                          {"debug", LogLevel::kDebug},
                          {"info", LogLevel::kInfo},
                          {"warn", LogLevel::kWarn},
                          {"error", LogLevel::kError}});
}
FlagValue<LogFormat> LogFormatValue() {
  return OneOf<LogFormat>({{"json", LogFormat::kJson}, {"text", LogFormat::kText}});
}

Parsed<std::string> ParseApiKey(std::string_view text) {
  const std::string_view key = Trimmed(text);
  const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
  if (key.empty() || key.size() > kMaxApiKey || !printable) {
    return Rule(fmt::format(
        "must be 1 to {} printable ASCII characters without blanks or line breaks inside",
        kMaxApiKey));
  }
  return std::string(key);
}

}  // namespace gateway
