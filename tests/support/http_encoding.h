// Bodies as they stand on the wire: compressed, and in chunks. Thread-safe.
#pragma once

#include <string>

namespace gateway {

/// For `Content-Encoding: gzip`.
std::string Gzip(const std::string& text);

/// A well-formed answer whose body is one chunk.
std::string ChunkedReply(const std::string& body);

}  // namespace gateway
