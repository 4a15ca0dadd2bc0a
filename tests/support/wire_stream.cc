#include "tests/support/wire_stream.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace gateway {
namespace {

constexpr std::size_t kReadChunk = 16384;

struct PemDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, PemDeleter>;

Owned<BIO> Reader(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Owned<X509> ReadCertificate(const std::string& pem) {
  return Owned<X509>(PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
}

/// HTTP/2 if the client offers it, else HTTP/1.1.
int SelectHttp2(SSL*, const unsigned char** chosen, unsigned char* size,
                const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::string_view kOurs = "\x02h2\x08http/1.1";
  unsigned char* selected = nullptr;
  const int found =
      SSL_select_next_proto(&selected, size, reinterpret_cast<const unsigned char*>(kOurs.data()),
                            static_cast<unsigned>(kOurs.size()), offered, offered_size);
  *chosen = selected;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

SslContext MakeServerContext(const ServerTls& tls) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  const Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(tls.key_pem).get(), nullptr, nullptr, nullptr));
  const Owned<X509> certificate = ReadCertificate(tls.certificate_pem);
  if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    std::abort();  // A test's own certificate is bad: nothing to recover.
  }
  if (!tls.client_ca_pem.empty()) {
    const Owned<BIO> reader = Reader(tls.client_ca_pem);
    while (const Owned<X509> ca{PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.get());
    }
    ERR_clear_error();  // The end of the text counts as an error.
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    // Without one OpenSSL refuses clients that resume a session.
    static constexpr std::array<unsigned char, 4> kSessions = {'t', 'e', 's', 't'};
    SSL_CTX_set_session_id_context(context.get(), kSessions.data(), kSessions.size());
  }
  if (tls.http2) SSL_CTX_set_alpn_select_cb(context.get(), SelectHttp2, nullptr);
  return context;
}

WireStream::WireStream(int fd, SSL_CTX* tls) : fd_(fd) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  SSL_set_fd(ssl_.get(), fd_);
}

bool WireStream::Accept() { return ssl_ == nullptr || SSL_accept(ssl_.get()) == 1; }

std::string WireStream::PeerName() const {
  if (ssl_ == nullptr) return {};
  const Owned<X509> certificate(SSL_get1_peer_certificate(ssl_.get()));
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

bool WireStream::Read(std::string& into) {
  std::array<char, kReadChunk> buffer{};
  const auto count = ssl_ != nullptr
                         ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                         : recv(fd_, buffer.data(), buffer.size(), 0);
  if (count <= 0) return false;
  into.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

bool WireStream::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ssl_ != nullptr
                           ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool WireStream::SendTicketAndKeyUpdate() {
  return SSL_new_session_ticket(ssl_.get()) == 1 && SSL_do_handshake(ssl_.get()) == 1 &&
         SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) == 1 &&
         SSL_do_handshake(ssl_.get()) == 1;
}

bool WireStream::AwaitWake(int wake_fd) const {
  std::array<pollfd, 2> fds{{{fd_, POLLRDHUP, 0}, {wake_fd, POLLIN, 0}}};
  while (poll(fds.data(), fds.size(), -1) < 0) {
  }
  return fds[0].revents == 0;
}

void WireStream::Close() {
  if (fd_ < 0) return;
  if (ssl_ != nullptr) SSL_shutdown(ssl_.get());
  Cut();
}

void WireStream::Cut() {
  if (fd_ < 0) return;
  close(fd_);
  fd_ = -1;
}

void WireStream::Reset() {
  if (fd_ < 0) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(fd_);
  fd_ = -1;
}

void WireStream::FinishWriting() {
  if (fd_ < 0) return;
  if (ssl_ != nullptr) SSL_shutdown(ssl_.get());
  shutdown(fd_, SHUT_WR);
}

void WireStream::Interrupt() const {
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

}  // namespace gateway
