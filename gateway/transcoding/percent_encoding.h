// Percent-encoding of RFC 3986, as paths and queries need it.
//
// Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gateway {

/// Appends `text` with every byte encoded that is not unreserved (A-Z a-z 0-9 - . _ ~): `%` too, so
/// what the upstream decodes is what the text is.
void AppendPercentEncoded(std::string_view text, std::string& out);

/// The text that is encoded; nothing if a `%` is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecoded(std::string_view encoded);

}  // namespace gateway
