#include "gateway/json/base64.h"

#include <array>
#include <cstdint>

namespace gateway {
namespace {

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

// The text of 1 to 3 bytes, without padding.
void AppendQuantum(std::string_view bytes, std::string_view alphabet, std::string* text) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    bits = bits << 8 | (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0U);
  }
  for (std::size_t i = 0; i <= bytes.size(); ++i) *text += alphabet[bits >> (18 - 6 * i) & 0x3F];
}

std::string Encode(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    AppendQuantum(bytes.substr(i, 3), alphabet, &text);
  }
  return text;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string text = Encode(bytes, kStandard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string EncodeBase64Url(std::string_view bytes) { return Encode(bytes, kUrlSafe); }

bool DecodeBase64(std::string_view text, std::string* bytes) {
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
  // Whatever the bits are that fill up the last character: protobuf's parsers ignore them.
  return true;
}

}  // namespace gateway
