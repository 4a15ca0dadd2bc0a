// One accepted TCP connection of a test server, plain or TLS, with blocking calls.
//
// Used by one thread; only Interrupt may be called by another, while the stream is not being
// closed.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace gateway {

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslDeleter>;

class WireStream {
 public:
  /// Takes over the socket. No context: plain TCP.
  WireStream(int fd, SSL_CTX* tls);
  ~WireStream() { Close(); }
  WireStream(const WireStream&) = delete;
  WireStream& operator=(const WireStream&) = delete;

  /// The TLS handshake; false if it failed. Nothing to do for plain TCP.
  bool Accept();

  /// Common name of the client's certificate; empty without one.
  [[nodiscard]] std::string PeerName() const;

  /// Blocks for at least one byte and appends what came; false at the end of the stream.
  bool Read(std::string& into);
  /// False when the peer is gone.
  bool Write(std::string_view bytes);

  /// TLS 1.3 only: what comes beside application data.
  bool SendTicketAndKeyUpdate();

  /// Blocks until `wake_fd` is readable (true) or the peer is gone (false).
  [[nodiscard]] bool AwaitWake(int wake_fd) const;

  /// An orderly end: close_notify for TLS, then FIN.
  void Close();
  /// An end with FIN alone: over TLS the peer cannot tell it from an attacker's.
  void Cut();
  /// An end with RST: what was not yet delivered is lost.
  void Reset();
  /// Announces the end and goes on reading.
  void FinishWriting();
  /// Makes every blocking call above return.
  void Interrupt() const;

 private:
  int fd_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
};

struct ServerTls {
  std::string certificate_pem;
  std::string key_pem;
  /// Not empty: clients must show a certificate that one of these CAs signed.
  std::string client_ca_pem;
  /// Agree upon HTTP/2 by ALPN, if the client offers it. Otherwise there is no ALPN, and clients
  /// speak HTTP/1.1.
  bool http2 = false;
};

SslContext MakeServerContext(const ServerTls& tls);

}  // namespace gateway
