// Text from elsewhere, made fit for a status: gRPC and Protobuf want valid UTF-8, logs and
// terminals no control characters, and both a bound. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway {

/// The text with control characters as spaces and bytes that are not UTF-8 as `?`, without blanks
/// at both ends, cut to `max_bytes` between two characters.
std::string CleanText(std::string_view text, std::size_t max_bytes);

/// Takes a byte order mark from the front of the text. Returns whether there was one.
bool SkipByteOrderMark(std::string_view& text);

/// Not empty, printable ASCII only, at most `max_bytes`.
bool IsPrintable(std::string_view text, std::size_t max_bytes);

}  // namespace gateway
