// What OpenSSL knows of an upstream connection and libcurl does not report.
//
// Not thread-safe; used on the loop thread only.
#pragma once

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <memory>

namespace gateway {

/// Whether the upstream has ended a connection with a close_notify, which outlives the connection.
using CloseNotifySeen = std::shared_ptr<const bool>;

/// For CURLOPT_SSL_CTX_FUNCTION: has each connection watched for its close_notify. libcurl takes an
/// end without one, which anybody on the way can make, for an orderly one.
CURLcode WatchForCloseNotify(CURL* easy, void* context, void* unused);

/// The flag of a connection that was made under WatchForCloseNotify; else null.
CloseNotifySeen CloseNotifyOf(const SSL* tls);

/// The connection of a transfer whose request is about to be sent; null: it is not over TLS.
SSL* TlsOf(CURL* easy);

/// The connection speaks HTTP/2.
bool SpeaksHttp2(const SSL* tls);

}  // namespace gateway
