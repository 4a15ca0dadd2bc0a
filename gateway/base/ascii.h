// ASCII characters, whatever the locale. Bytes above 0x7f are in none of the classes.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace gateway {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsAlphanumeric(char c) { return IsDigit(c) || IsUpper(c) || IsLower(c); }
constexpr char ToLower(char c) { return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char ToUpper(char c) { return IsLower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

/// Characters, looked up in a table: for text of each call.
class CharSet {
 public:
  template <class Predicate>
  explicit constexpr CharSet(Predicate contains) {
    for (std::size_t byte = 0; byte < has_.size(); ++byte) {
      has_[byte] = contains(static_cast<char>(byte));
    }
  }
  [[nodiscard]] constexpr bool Contains(char c) const {
    return has_[static_cast<unsigned char>(c)];
  }
  [[nodiscard]] constexpr bool HoldsAllOf(std::string_view text) const {
    return std::ranges::all_of(text, [this](char c) { return Contains(c); });
  }

 private:
  std::array<bool, 256> has_{};
};

inline std::string ToLower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return ToLower(c); });
  return lower;
}

constexpr bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return ToLower(x) == ToLower(y); });
}

/// The text without blanks, tabs, CR and LF at both ends.
constexpr std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace gateway
