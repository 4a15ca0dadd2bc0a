// What the tests expect of the libcurl that they run with: 7.88 of Debian 12, 8.14 of Debian 13.
#pragma once

#include <curl/curl.h>

namespace gateway {

/// From 8.0 on libcurl looks by itself at a pooled connection, mostly before our look. Anything
/// that waits there makes it take another, TLS tickets included, and it does not say so.
inline constexpr bool kLibcurlLooksFirst = LIBCURL_VERSION_NUM >= 0x080000;

/// From 8.0 on libcurl says of a GOAWAY below the stream that the stream was refused, and shows
/// that a dying connection cut a response.
inline constexpr bool kLibcurlShowsGoAway = LIBCURL_VERSION_NUM >= 0x080000;

/// Over HTTP/2 7.88 reads the first 16 KiB of a head, and the rest only when more bytes come.
inline constexpr bool kLibcurlReadsLargeHeads = LIBCURL_VERSION_NUM >= 0x080000;

}  // namespace gateway
