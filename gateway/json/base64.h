// Base64 (RFC 4648), as ProtoJSON and URLs need it. Functions without state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway {

/// The standard alphabet, padded.
std::string EncodeBase64(std::string_view bytes);
/// The URL-safe alphabet, not padded.
std::string EncodeBase64Url(std::string_view bytes);

/// Takes both alphabets, with padding or without. False if `text` is neither.
bool DecodeBase64(std::string_view text, std::string* bytes);

}  // namespace gateway
