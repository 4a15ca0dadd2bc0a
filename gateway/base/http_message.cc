#include "gateway/base/http_message.h"

#include <algorithm>

#include "gateway/base/ascii.h"

namespace gateway {

bool IsHeaderName(std::string_view name) {
  static constexpr std::string_view kTokenPunctuation = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return IsAlphanumeric(c) || kTokenPunctuation.find(c) != std::string_view::npos;
  });
}

bool IsHeaderValue(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

const std::string* FindHeader(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [name](const Header& header) { return EqualsIgnoreCase(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

}  // namespace gateway
