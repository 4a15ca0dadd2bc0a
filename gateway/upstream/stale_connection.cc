#include "gateway/upstream/stale_connection.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>

#include "gateway/upstream/tls_connection.h"

namespace gateway {
namespace {

/// Bytes or an end wait on the socket.
bool HasUnread(curl_socket_t socket) {
  char byte = 0;
  const auto count = recv(socket, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
  return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/// Application data or an end wait on the TLS connection whose bytes come from the socket.
bool HasUnread(SSL* tls, curl_socket_t socket) {
  if (SSL_has_pending(tls) == 0 && !HasUnread(socket)) return false;
  // libcurl's own BIO needs a transfer that is just reading: OpenSSL reads the socket without it.
  BIO* const own = BIO_new_socket(socket, BIO_NOCLOSE);
  if (own == nullptr) return true;
  BIO* const input = SSL_get_rbio(tls);
  BIO* const output = SSL_get_wbio(tls);
  BIO_up_ref(input);
  BIO_up_ref(output);
  SSL_set_bio(tls, own, own);

  ERR_clear_error();
  char byte = 0;
  const int count = SSL_peek(tls, &byte, sizeof(byte));
  // Half a record that is left over may be anything.
  const bool nothing =
      count <= 0 && SSL_get_error(tls, count) == SSL_ERROR_WANT_READ && SSL_has_pending(tls) == 0;
  ERR_clear_error();

  SSL_set0_rbio(tls, input);
  SSL_set0_wbio(tls, output);
  return !nothing;
}

}  // namespace

bool IsStale(curl_socket_t socket, SSL* tls, bool proxy_has_tls) {
  if (tls != nullptr && SpeaksHttp2(tls)) return false;
  if (socket == CURL_SOCKET_BAD) return true;
  if (tls != nullptr && !proxy_has_tls) return HasUnread(tls, socket);
  return HasUnread(socket);
}

}  // namespace gateway
