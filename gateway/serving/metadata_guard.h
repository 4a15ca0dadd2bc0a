// What may be set as gRPC metadata. gRPC aborts the process on an upper-case key and on control or
// non-ASCII bytes in a value, and an upstream's `grpc-status` would be taken for ours: whatever is
// set passes here, and what is illegal is dropped.
//
// Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/base/http_message.h"

namespace gateway {

/// Longer values are dropped: a client's default limit is 8 KiB for all metadata together.
constexpr std::size_t kMaxMetadataValueBytes = 1024;

/// Whether a response header of that name may go to the caller: a legal key in lower case, none of
/// gRPC's, HTTP's or our own names, and not a binary one.
bool IsReturnableName(std::string_view lower_case_name);

/// The header as metadata, its name in lower case; nothing if either part is illegal.
std::optional<Header> CheckedMetadata(std::string_view name, std::string_view value);

}  // namespace gateway
