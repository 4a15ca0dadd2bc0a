// The numbers of JSON, as text and as values within the ranges of protobuf's types.
//
// Functions without state, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gateway {

/// A number as JSON has it: whole within 64 bits, or floating.
struct JsonNumber {
  enum class Kind : std::uint8_t {
    kSigned,
    kUnsigned,  // above the signed range
    kFloating,
    kBeyond,  // whole, but not within 64 bits: `floating` is the nearest double
  };
  Kind kind = Kind::kSigned;
  std::int64_t integer = 0;
  std::uint64_t unsigned_integer = 0;
  double floating = 0;
};

/// `text` must be exactly one number in JSON's grammar.
std::optional<JsonNumber> ParseJsonNumber(std::string_view text);

/// The number, where it is whole and in the range.
std::optional<std::int64_t> ToSigned(const JsonNumber& number, std::int64_t min, std::int64_t max);
std::optional<std::uint64_t> ToUnsigned(const JsonNumber& number, std::uint64_t max);
/// Nothing for a number that a double (or float) cannot hold.
std::optional<double> ToDouble(const JsonNumber& number);
std::optional<float> ToFloat(double number);

}  // namespace gateway
