#include "gateway/json/json_scalars.h"

#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <string>

#include "gateway/json/json_repair.h"

namespace gateway {
namespace {

namespace dom = simdjson::dom;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kInvalid = 0x40;

constexpr std::array<std::uint8_t, 256> MakeValues() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kInvalid);
  for (const std::string_view alphabet : {kStandard, kUrlSafe}) {
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
      values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = MakeValues();

template <class Integer>
bool SignedBits(const JsonNumber& number, std::uint64_t* bits) {
  using Limits = std::numeric_limits<Integer>;
  const auto value = ToSigned(number, Limits::min(), Limits::max());
  if (value) *bits = static_cast<std::uint64_t>(*value);
  return value.has_value();
}

template <class Integer>
bool UnsignedBits(const JsonNumber& number, std::uint64_t* bits) {
  const auto value = ToUnsigned(number, std::numeric_limits<Integer>::max());
  if (value) *bits = *value;
  return value.has_value();
}

std::uint64_t ZigZag(std::uint64_t bits) {
  return bits << 1 ^ (std::bit_cast<std::int64_t>(bits) < 0 ? ~std::uint64_t{0} : 0);
}

bool WholeBits(FieldDescriptor::Type type, const JsonNumber& number, std::uint64_t* bits) {
  switch (type) {
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SFIXED32:
    case FieldDescriptor::TYPE_ENUM:
      return SignedBits<std::int32_t>(number, bits);
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return SignedBits<std::int64_t>(number, bits);
    case FieldDescriptor::TYPE_SINT32:
      if (!SignedBits<std::int32_t>(number, bits)) return false;
      *bits = ZigZag(*bits);
      return true;
    case FieldDescriptor::TYPE_SINT64:
      if (!SignedBits<std::int64_t>(number, bits)) return false;
      *bits = ZigZag(*bits);
      return true;
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return UnsignedBits<std::uint32_t>(number, bits);
    default:
      return UnsignedBits<std::uint64_t>(number, bits);
  }
}

std::optional<double> SpecialDouble(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

// `text` has no line breaks.
bool DecodeUnbroken(std::string_view text, std::string* bytes) {
  if (text.ends_with('=')) {
    if (text.size() % 4 != 0) return false;
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return false;
  bytes->clear();
  bytes->reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  std::uint32_t count = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<std::uint8_t>(c)];
    if (value == kInvalid) return false;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      *bytes += static_cast<char>(bits >> count);
    }
  }
  // The bits that fill up the last character may be any: protobuf's parsers ignore them.
  return true;
}

}  // namespace

bool DecodeBase64(std::string_view text, std::string* bytes) {
  if (DecodeUnbroken(text, bytes)) return true;
  constexpr std::string_view kLineBreaks = "\r\n";
  if (text.find_first_of(kLineBreaks) == std::string_view::npos) return false;
  std::string unbroken(text);
  std::erase_if(unbroken, [&](char c) { return kLineBreaks.find(c) != std::string_view::npos; });
  return DecodeUnbroken(unbroken, bytes);
}

ScalarRead JsonScalars::Read(const FieldTable& field, dom::element value, std::uint64_t* bits) {
  bool valid = false;
  JsonNumber number;
  switch (field.type) {
    case FieldDescriptor::TYPE_ENUM:
      return ReadEnum(field, value, bits);
    case FieldDescriptor::TYPE_BOOL:
      valid = value.is_bool();
      *bits = valid && value.get_bool().value_unsafe() ? 1 : 0;
      break;
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FLOAT:
      valid = ReadFloating(field.type, value, bits);
      break;
    default:
      valid = ReadNumber(value, &number) && WholeBits(field.type, number, bits);
  }
  if (valid) return ScalarRead::kValue;
  error_->Set("not a valid " + std::string(field.descriptor->type_name()));
  return ScalarRead::kError;
}

ScalarRead JsonScalars::ReadKey(const FieldTable& field, std::string_view text,
                                std::uint64_t* bits) {
  if (field.type == FieldDescriptor::TYPE_BOOL) {
    *bits = text == "true" ? 1 : 0;
    if (text == "true" || text == "false") return ScalarRead::kValue;
  } else {
    const auto number = ParseJsonNumber(text);
    if (number && WholeBits(field.type, *number, bits)) return ScalarRead::kValue;
  }
  error_->Set("key is not a valid " + std::string(field.descriptor->type_name()));
  return ScalarRead::kError;
}

bool JsonScalars::ReadDouble(dom::element value, std::uint64_t* bits) {
  return ReadFloating(FieldDescriptor::TYPE_DOUBLE, value, bits) ||
         error_->Set("beyond the range of double");
}

bool JsonScalars::ReadNumber(dom::element value, JsonNumber* number) const {
  switch (value.type()) {
    case dom::element_type::INT64:
      number->integer = value.get_int64().value_unsafe();
      return true;
    case dom::element_type::UINT64:
      *number = {.kind = JsonNumber::Kind::kUnsigned,
                 .unsigned_integer = value.get_uint64().value_unsafe()};
      return true;
    case dom::element_type::DOUBLE: {
      const double floating = value.get_double().value_unsafe();
      *number = rewritten_ != nullptr
                    ? OriginalNumber(floating, *rewritten_)
                    : JsonNumber{.kind = JsonNumber::Kind::kFloating, .floating = floating};
      return true;
    }
    case dom::element_type::STRING:
      if (const auto parsed = ParseJsonNumber(value.get_string().value_unsafe())) {
        *number = *parsed;
        return true;
      }
      return false;
    default:
      return false;
  }
}

bool JsonScalars::ReadFloating(Type type, dom::element value, std::uint64_t* bits) {
  std::optional<double> read;
  if (value.is_string()) read = SpecialDouble(value.get_string().value_unsafe());
  if (!read) {
    JsonNumber number;
    if (!ReadNumber(value, &number)) return false;
    read = ToDouble(number);
    if (!read) return false;
    saw_whole_zero_ |= number.kind == JsonNumber::Kind::kSigned && number.integer == 0;
  }
  if (type == FieldDescriptor::TYPE_DOUBLE) {
    *bits = std::bit_cast<std::uint64_t>(*read);
    return true;
  }
  const std::optional<float> narrow = ToFloat(*read);
  if (narrow) *bits = std::bit_cast<std::uint32_t>(*narrow);
  return narrow.has_value();
}

ScalarRead JsonScalars::ReadEnum(const FieldTable& field, dom::element value, std::uint64_t* bits) {
  *bits = 0;
  JsonNumber number;
  if (value.is_string()) {
    const int* const known = field.enumeration->numbers.Find(value.get_string().value_unsafe());
    if (known == nullptr) return ScalarRead::kUnknownEnum;
    *bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(*known));
    return ScalarRead::kValue;
  }
  if (field.takes_null && value.is_null()) return ScalarRead::kValue;
  if (ReadNumber(value, &number) && WholeBits(field.type, number, bits)) return ScalarRead::kValue;
  error_->Set("neither a name nor a number of " +
              std::string(field.enumeration->type->full_name()));
  return ScalarRead::kError;
}

}  // namespace gateway
