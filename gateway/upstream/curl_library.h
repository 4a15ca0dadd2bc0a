// What differs between the releases of libcurl that the gateway is built with: 7.88 of Debian
// 12, 8.14 of Debian 13, and later ones, which neither of them shows.
#pragma once

#include <curl/curl.h>

namespace gateway {

/// CURLE_TOO_LARGE, which 7.88 does not have: what 8.6 and later say of a header line beyond their
/// buffer, where 7.88 says CURLE_OUT_OF_MEMORY.
constexpr auto kCurlTooLarge = static_cast<CURLcode>(100);

/// Ending a transfer, or the loop, must not wait for the thread that resolves a name. From 8.20 on
/// these threads are the multi handle's, and CURLOPT_QUICK_EXIT of a transfer (see CurlEasy) no
/// longer says so: a stop during a look-up would take as long as that.
inline void LeaveResolversBehind([[maybe_unused]] CURLM* multi) {
#if LIBCURL_VERSION_NUM >= 0x081400
  curl_multi_setopt(multi, CURLMOPT_QUICK_EXIT, 1L);
#endif
}

}  // namespace gateway
