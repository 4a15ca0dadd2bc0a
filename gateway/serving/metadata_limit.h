// How much metadata a call may bring. gRPC keeps the limit only towards callers that have
// acknowledged it (SETTINGS), and some releases refuse at random a little above it: so each call is
// looked at.
//
// Pure functions.
#pragma once

#include <cstddef>

#include "gateway/serving/request_headers.h"

namespace gateway {

/// All metadata of a call together: a large token, baggage and tracestate. gRPC's default is 8 KiB.
inline constexpr std::size_t kMaxMetadataBytes = std::size_t{32} << 10;
/// gRPC's own limit: beyond it the call gets gRPC's word, and 1.51 ends the connection.
inline constexpr std::size_t kMaxMetadataBytesOfGrpc = 2 * kMaxMetadataBytes;

/// As HTTP/2 counts (RFC 9113, section 6.5.2).
inline std::size_t BytesOf(const CallerMetadata& metadata) {
  constexpr std::size_t kOverhead = 32;
  std::size_t bytes = 0;
  for (const auto& [name, value] : metadata) bytes += name.size() + value.size() + kOverhead;
  return bytes;
}

}  // namespace gateway
