#include "gateway/json/json_numbers.h"

#include <google/protobuf/io/strtod.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

std::size_t CountDigits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

// number = [ "-" ] int [ frac ] [ exp ], as in RFC 8259. Says whether there is a frac or an exp.
bool IsJsonNumber(std::string_view text, bool* is_whole) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t digits = CountDigits(text);
  if (digits == 0 || (digits > 1 && text.front() == '0')) return false;
  text.remove_prefix(digits);
  *is_whole = text.empty();
  if (text.starts_with('.')) {
    const std::size_t fraction = CountDigits(text.substr(1));
    if (fraction == 0) return false;
    text.remove_prefix(1 + fraction);
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    const std::size_t exponent = CountDigits(text);
    if (exponent == 0) return false;
    text.remove_prefix(exponent);
  }
  return text.empty();
}

template <class Integer>
bool ParseWhole(std::string_view text, Integer* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::optional<JsonNumber> ParseJsonNumber(std::string_view text) {
  bool is_whole = false;
  if (!IsJsonNumber(text, &is_whole)) return std::nullopt;
  JsonNumber number;
  is_whole = is_whole && text != "-0";  // whose sign only floating keeps
  if (is_whole) {
    if (ParseWhole(text, &number.integer)) return number;
    if (ParseWhole(text, &number.unsigned_integer)) {
      number.kind = JsonNumber::Kind::kUnsigned;
      return number;
    }
  }
  number.kind = is_whole ? JsonNumber::Kind::kBeyond : JsonNumber::Kind::kFloating;
  // The grammar has been checked, so that all of the text is taken; it gives infinity when too
  // large.
  number.floating = google::protobuf::io::NoLocaleStrtod(std::string(text).c_str(), nullptr);
  return number;
}

std::optional<std::int64_t> ToSigned(const JsonNumber& number, std::int64_t min, std::int64_t max) {
  std::int64_t value = number.integer;
  if (number.kind == JsonNumber::Kind::kFloating) {
    const double floating = number.floating;
    if (!(floating >= -kTwoTo63 && floating < kTwoTo63) || std::trunc(floating) != floating) {
      return std::nullopt;
    }
    value = static_cast<std::int64_t>(floating);
  } else if (number.kind != JsonNumber::Kind::kSigned) {
    return std::nullopt;
  }
  if (value < min || value > max) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> ToUnsigned(const JsonNumber& number, std::uint64_t max) {
  std::uint64_t value = number.unsigned_integer;
  if (number.kind == JsonNumber::Kind::kFloating) {
    const double floating = number.floating;
    if (!(floating >= 0 && floating < kTwoTo64) || std::trunc(floating) != floating) {
      return std::nullopt;
    }
    value = static_cast<std::uint64_t>(floating);
  } else if (number.kind == JsonNumber::Kind::kSigned && number.integer >= 0) {
    value = static_cast<std::uint64_t>(number.integer);
  } else if (number.kind != JsonNumber::Kind::kUnsigned) {
    return std::nullopt;
  }
  if (value > max) return std::nullopt;
  return value;
}

std::optional<double> ToDouble(const JsonNumber& number) {
  switch (number.kind) {
    case JsonNumber::Kind::kSigned:
      return static_cast<double>(number.integer);
    case JsonNumber::Kind::kUnsigned:
      return static_cast<double>(number.unsigned_integer);
    default:
      if (!std::isfinite(number.floating)) return std::nullopt;
      return number.floating;
  }
}

std::optional<float> ToFloat(double number) {
  // Not a comparison with the greatest float: what rounds to it is in range. Beyond, the conversion
  // is defined only because IEEE 754 has infinity.
  const auto value = static_cast<float>(number);
  if (std::isinf(value) && !std::isinf(number)) return std::nullopt;
  return value;
}

}  // namespace gateway
