// RFC 3986 as a judge of what the gateway makes, written apart from the code that makes it.
//
// Pure functions.
#pragma once

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz_input.h"

namespace gateway {

/// Nothing if an escape is broken.
inline std::optional<std::string> UriDecoded(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    const bool escaped = text.front() == '%';
    const std::string_view token = text.substr(0, escaped ? 3 : 1);
    text.remove_prefix(token.size());
    if (!escaped) {
      decoded += token;
    } else if (token.size() == 3 && std::isxdigit(token[1]) != 0 && std::isxdigit(token[2]) != 0) {
      decoded += static_cast<char>(std::stoi(std::string(token.substr(1)), nullptr, 16));
    } else {
      return std::nullopt;
    }
  }
  return decoded;
}

/// Whether all characters are pchar, or one of `more`.
inline bool IsUriText(std::string_view text, std::string_view more) {
  static constexpr std::string_view kPunctuation = "-._~%!$&'()*+,;=:@";
  return std::ranges::all_of(text, [more](char c) {
    return (static_cast<unsigned char>(c) < 0x80 && std::isalnum(c) != 0) ||
           kPunctuation.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
  });
}

inline std::vector<std::string> SplitAt(char separator, std::string_view text) {
  std::vector<std::string> parts;
  for (bool more = true; more;) {
    more = text.find(separator) != std::string_view::npos;
    parts.emplace_back(TakeUntil(separator, text));
  }
  return parts;
}

/// The decoded segments of a path, after it has been found to be one that nothing on the way
/// changes.
inline std::vector<std::string> SegmentsOf(std::string_view path) {
  Expect(path.starts_with('/'), "a path begins with a slash", path);
  Expect(IsUriText(path, "/"), "a path holds characters of RFC 3986 only", path);
  std::vector<std::string> segments;
  for (const std::string& encoded : SplitAt('/', path.substr(1))) {
    const std::optional<std::string> segment = UriDecoded(encoded);
    Expect(segment.has_value(), "escapes have two hexadecimal digits", path);
    Expect(!segment->empty() || path == "/", "no segment is empty", path);
    Expect(*segment != "." && *segment != "..", "no segment is dots", path);
    segments.push_back(*segment);
  }
  return segments;
}

}  // namespace gateway
