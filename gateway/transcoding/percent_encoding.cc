#include "gateway/transcoding/percent_encoding.h"

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

constexpr CharSet kUnreserved([](char c) {
  return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
});

// -1 if it is none.
int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = ToLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

void AppendPercentEncoded(std::string_view text, std::string& out) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  if (kUnreserved.HoldsAllOf(text)) {
    out += text;
    return;
  }
  for (const char c : text) {
    if (kUnreserved.Contains(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

std::optional<std::string> PercentDecoded(std::string_view encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      text += encoded[i];
      continue;
    }
    if (i + 2 >= encoded.size()) return std::nullopt;
    const int high = HexValue(encoded[i + 1]);
    const int low = HexValue(encoded[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    text += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return text;
}

}  // namespace gateway
