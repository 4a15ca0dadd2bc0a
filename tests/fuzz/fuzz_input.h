// What the fuzz targets share: how an input, which is readable text, becomes values, and how a
// broken property ends the run.
//
// Used by one thread.
#pragma once

#include <absl/strings/escaping.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/http_message.h"

namespace gateway {

inline std::string_view Text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// libFuzzer keeps the input that led here.
inline void Expect(bool holds, std::string_view property, std::string_view seen = {},
                   std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: broken property: %.*s\n%.*s\n", where.file_name(), where.line(),
               static_cast<int>(property.size()), property.data(), static_cast<int>(seen.size()),
               seen.data());
  std::abort();
}

/// Takes the part before `separator`, or all; `rest` keeps what is behind it.
inline std::string_view TakeUntil(char separator, std::string_view& rest) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

/// With C escapes, so that a line can hold any byte; as it is if they are none.
inline std::string Unescaped(std::string_view line) {
  std::string bytes;
  const absl::string_view escaped(line.data(), line.size());
  return absl::CUnescape(escaped, &bytes) ? bytes : std::string(line);
}

/// Lines of `name: value`, up to an empty one. `rest` keeps what is behind it.
inline Headers TakeHeaders(std::string_view& rest) {
  Headers headers;
  while (!rest.empty()) {
    std::string_view value = TakeUntil('\n', rest);
    if (value.empty()) break;
    std::string name = Unescaped(TakeUntil(':', value));
    if (value.starts_with(' ')) value.remove_prefix(1);
    headers.push_back({std::move(name), Unescaped(value)});
  }
  return headers;
}

}  // namespace gateway
