// Which headers and metadata may be set, by whom and with which values: the one home of these
// rules. Thread-safe; pure functions.
//
//   a request header, set by --header, (gateway.v1.upstream) or a caller   MaySetRequestHeader
//   a caller's metadata that becomes a request header                      MayForwardMetadata
//   a response header that becomes metadata for the caller                 MayReturnHeader
//
// Whatever is set passes here first: libcurl turns a CR LF in a value into a second header, and
// gRPC aborts the process on an illegal metadata key or value.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "gateway/base/http_message.h"

namespace gateway {

/// The longest value of a caller's metadata that is forwarded, all its occurrences together. A
/// call with a longer one fails.
constexpr std::size_t kMaxForwardedBytes = std::size_t{16} << 10;

/// The longest value that is returned as metadata; a longer one is dropped: a client's default
/// limit is 8 KiB for all metadata together.
constexpr std::size_t kMaxMetadataValueBytes = 1024;

/// A token of RFC 9110: what may stand as a header name.
bool IsHeaderName(std::string_view name);

/// Printable ASCII, spaces and tabs: what is sent and passed on as a header value.
bool IsHeaderValue(std::string_view value);

/// A key that gRPC carries as text: lower case, not binary, not gRPC's own.
bool IsMetadataName(std::string_view name);

/// Headers that say where a message ends or how a connection is used. HTTP itself writes them: a
/// second one would let a caller smuggle a request. Any case.
bool IsFramingHeader(std::string_view name);

/// A legal name, in any case, of a header that neither HTTP nor the gateway sets: a second one
/// would contradict the first, or send a second credential.
bool MaySetRequestHeader(std::string_view name);

/// A metadata key that a caller can send and that may become a request header.
bool MayForwardMetadata(std::string_view name);

/// Whether a response header may go to the caller: a legal metadata key, and none that means
/// something to gRPC or HTTP, or that would be taken for the gateway's own word.
bool MayReturnHeader(std::string_view lower_case_name);

/// The header as metadata, its name in lower case; nothing if gRPC would abort on either part.
std::optional<Header> ToMetadata(std::string_view name, std::string_view value);

}  // namespace gateway
