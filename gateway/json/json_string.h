// Strings of JSON. Functions without state.
#pragma once

#include <string>
#include <string_view>

namespace gateway {

bool IsUtf8(std::string_view text);

/// In quotes, with what must be escaped escaped. `text` is UTF-8.
void AppendJsonString(std::string_view text, std::string* json);

}  // namespace gateway
