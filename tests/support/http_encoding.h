// Bodies as they stand on the wire: compressed, and in chunks. Thread-safe.
#pragma once

#include <string>

namespace gateway {

/// For `Content-Encoding: gzip`.
std::string Gzip(const std::string& text);

/// For `Content-Encoding: deflate`: as the standard has it, and as some senders have it.
std::string Deflate(const std::string& text);
std::string RawDeflate(const std::string& text);

/// A well-formed response whose body is one chunk.
std::string ChunkedReply(const std::string& body);

}  // namespace gateway
