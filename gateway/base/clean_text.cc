#include "gateway/base/clean_text.h"

#include <algorithm>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

bool IsAsciiControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

// The bytes of the UTF-8 character that `text` begins with; 0 if it begins with none. By table 3-7
// of the Unicode standard: the second byte's range keeps out overlong forms, surrogates and what
// lies beyond U+10FFFF.
std::size_t Utf8Length(std::string_view text) {
  struct Form {
    unsigned char first_low, first_high, second_low, second_high;
    std::size_t length;
  };
  static constexpr Form kForms[] = {
      {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
      {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
      {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
  };
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  for (const Form& form : kForms) {
    if (byte(0) < form.first_low || byte(0) > form.first_high) continue;
    if (text.size() < form.length) return 0;
    if (byte(1) < form.second_low || byte(1) > form.second_high) return 0;
    const std::string_view rest = text.substr(2, form.length - 2);
    const bool continued =
        std::ranges::all_of(rest, [](unsigned char c) { return c >= 0x80 && c <= 0xBF; });
    return continued ? form.length : 0;
  }
  return 0;
}

}  // namespace

std::string CleanText(std::string_view text, std::size_t max_bytes) {
  std::string clean;
  text = Trimmed(text);
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    if (clean.size() + taken > max_bytes) break;
    if (length == 0) {
      clean += '?';
    } else if (IsAsciiControl(text.front())) {
      clean += ' ';
    } else {
      clean += text.substr(0, taken);
    }
    text.remove_prefix(taken);
  }
  return std::string(Trimmed(clean));
}

bool SkipByteOrderMark(std::string_view& text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (!text.starts_with(kByteOrderMark)) return false;
  text.remove_prefix(kByteOrderMark.size());
  return true;
}

bool IsPrintable(std::string_view text, std::size_t max_bytes) {
  return !text.empty() && text.size() <= max_bytes &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace gateway
