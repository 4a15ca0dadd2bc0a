// The numbers of JSON, as values and as text, within the ranges of protobuf's types.
//
// Functions without state, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

/// A floating number of a document that RewriteNumbers made: tells what was beyond a range from
/// what was at its bound.
JsonNumber FromRewritten(double number);

/// simdjson's DOM refuses whole numbers beyond 64 bits and floating ones beyond double, wherever
/// they stand, and loses the sign of -0. This makes them floating: 2^64 becomes
/// 18446744073709551616e0, -0 becomes -0.0, and 1e999 the greatest double. Everything else stays.
std::string RewriteNumbers(std::string_view json);

/// Whether RewriteNumbers would find a -0. May be wrong when one stands in a string.
bool MayHaveNegativeZero(std::string_view json);

}  // namespace gateway
