#include "gateway/json/json_repair.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <system_error>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

constexpr std::string_view kNumberBytes = "0123456789+-.eE";

// A stand-in is one of the 2^32 greatest doubles: its lower half is the number's index. An original
// that is one of them has a stand-in too, so that no number is taken for another.
constexpr std::uint64_t kStandIn = 0x7FEFFFFF;

bool IsStandIn(double number) {
  return std::bit_cast<std::uint64_t>(std::abs(number)) >> 32 == kStandIn;
}

std::string StandIn(std::size_t index) {
  char text[32];
  const auto number = std::bit_cast<double>(kStandIn << 32 | index);
  const auto [end, error] = std::to_chars(text, text + sizeof(text), number);
  return {text, end};
}

bool NeedsStandIn(const JsonNumber& number) {
  return number.kind == JsonNumber::Kind::kBeyond ||
         (number.kind == JsonNumber::Kind::kFloating &&
          (!std::isfinite(number.floating) || IsStandIn(number.floating)));
}

// What simdjson can take in place of the number. What is no number is left for it to refuse.
std::string RewriteNumber(std::string_view text, std::vector<JsonNumber>* numbers) {
  if (text == "-0") return "-0.0";
  const std::optional<JsonNumber> number = ParseJsonNumber(text);
  if (!number || !NeedsStandIn(*number)) return std::string(text);
  numbers->push_back(*number);
  return StandIn(numbers->size() - 1);
}

// The end of the string whose opening quote is at `begin`.
std::size_t EndOfString(std::string_view json, std::size_t begin) {
  std::size_t i = begin + 1;
  while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
  return std::min(i + 1, json.size());
}

constexpr std::size_t kUnitEscapeBytes = 6;  // \u and four hexadecimal digits

// The UTF-16 code unit of the escape that `text` begins with; nothing if it begins with none.
std::optional<unsigned> CodeUnit(std::string_view text) {
  if (text.size() < kUnitEscapeBytes || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* const end = text.data() + kUnitEscapeBytes;
  const auto [parsed, error] = std::from_chars(text.data() + 2, end, unit, 16);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return unit;
}

bool IsHighSurrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Appends the escape that `text` begins with; returns how much of `text` it took.
std::size_t AppendEscape(std::string_view text, std::string* json) {
  const std::optional<unsigned> unit = CodeUnit(text);
  std::size_t length = unit ? kUnitEscapeBytes : 2;
  if (unit && IsHighSurrogate(*unit)) {
    const std::optional<unsigned> next = CodeUnit(text.substr(kUnitEscapeBytes));
    if (next && IsLowSurrogate(*next)) length += kUnitEscapeBytes;
  }
  if (unit && length == kUnitEscapeBytes && (IsHighSurrogate(*unit) || IsLowSurrogate(*unit))) {
    *json += "\\ufffd";
  } else {
    *json += text.substr(0, length);
  }
  return std::min(length, text.size());
}

}  // namespace

std::string RepairNumbers(std::string_view json, std::vector<JsonNumber>* numbers) {
  std::string rewritten;
  rewritten.reserve(json.size() + json.size() / 8);
  for (std::size_t i = 0; i < json.size();) {
    std::size_t end = i + 1;
    if (json[i] == '"') {
      end = EndOfString(json, i);
    } else if (json[i] == '-' || IsDigit(json[i])) {
      end = std::min(json.find_first_not_of(kNumberBytes, i), json.size());
      rewritten += RewriteNumber(json.substr(i, end - i), numbers);
      i = end;
      continue;
    }
    rewritten += json.substr(i, end - i);
    i = end;
  }
  return rewritten;
}

JsonNumber OriginalNumber(double floating, const std::vector<JsonNumber>& numbers) {
  if (!IsStandIn(floating)) return {.kind = JsonNumber::Kind::kFloating, .floating = floating};
  return numbers[static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(floating))];
}

bool MayHaveNegativeZero(std::string_view json) {
  for (std::size_t at = json.find("-0"); at != json.npos; at = json.find("-0", at + 2)) {
    const char before = at == 0 ? ' ' : json[at - 1];
    const char after = at + 2 == json.size() ? ' ' : json[at + 2];
    if (std::string_view(" \t\r\n:[,").find(before) != std::string_view::npos &&
        kNumberBytes.find(after) == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::string ReplaceLoneSurrogates(std::string_view json) {
  std::string replaced;
  replaced.reserve(json.size());
  for (std::size_t i = 0; i < json.size();) {
    const std::size_t escape = std::min(json.find('\\', i), json.size());
    replaced += json.substr(i, escape - i);
    i = escape;
    if (i < json.size()) i += AppendEscape(json.substr(i), &replaced);
  }
  return replaced;
}

}  // namespace gateway
