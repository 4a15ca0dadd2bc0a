// The look at an idle connection before a request goes out on it: what lies there is not the
// request's response. libcurl 7.88 would read it as that; later ones do within a connection's first
// idle second.
//
// Functions without state; used on the loop thread only.
#pragma once

#include <curl/curl.h>
#include <openssl/ssl.h>

namespace gateway {

/// Bytes of a response, or an end, wait on a connection that no request uses. `tls`: null over
/// plaintext. CURL_SOCKET_BAD, a socket that nobody knows, is stale. Over TLS session tickets and
/// key updates do not count: they are read here. Within the TLS of a proxy the upstream's cannot be
/// read by itself: there tickets count too. HTTP/2 is never stale: libcurl reads its frames. What
/// arrives between this look and the response cannot be told from it.
bool IsStale(curl_socket_t socket, SSL* tls, bool proxy_has_tls);

}  // namespace gateway
