#include "gateway/json/json_string.h"

#include <simdjson.h>

namespace gateway {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

bool MustBeEscaped(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void AppendEscaped(char c, std::string* json) {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  *json += '\\';
  if (const std::size_t at = kShort.find(c); at != std::string_view::npos) {
    *json += kLetters[at];
  } else {
    const auto code = static_cast<unsigned char>(c);
    *json += "u00";
    *json += kHex[code >> 4];
    *json += kHex[code & 0xF];
  }
}

}  // namespace

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

void AppendJsonString(std::string_view text, std::string* json) {
  *json += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!MustBeEscaped(text[i])) continue;
    json->append(text, copied, i - copied);
    AppendEscaped(text[i], json);
    copied = i + 1;
  }
  json->append(text, copied);
  *json += '"';
}

}  // namespace gateway
