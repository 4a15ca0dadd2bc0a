#include "gateway/credentials/tls_material.h"

#include <fmt/chrono.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <ctime>
#include <memory>
#include <vector>

namespace gateway {
namespace {

struct OpensslDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, OpensslDeleter>;
using Certificates = std::vector<Owned<X509>>;

Owned<BIO> Reader(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// OpenSSL's words for the last error. Empties this thread's queue of errors, which others read.
std::string Reason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "unknown error";
}

/// Why `pem` is not a row of certificates; empty: it is, and they are in `parsed`.
std::string ParseCertificates(const std::string& pem, Certificates& parsed) {
  const Owned<BIO> reader = Reader(pem);
  ERR_clear_error();
  while (Owned<X509> next{PEM_read_bio_X509_AUX(reader.get(), nullptr, nullptr, nullptr)}) {
    parsed.push_back(std::move(next));
  }
  // The end of the text is an error too, and has this reason.
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = Reason();
  if (!whole) return fmt::format("has a certificate that does not parse: {}", reason);
  return parsed.empty() ? "holds no certificate in PEM form" : "";
}

/// A key that is encrypted is not asked for its passphrase on the terminal.
int TellThatItIsEncrypted(char* /*passphrase*/, int /*size*/, int /*writing*/, void* encrypted) {
  *static_cast<bool*>(encrypted) = true;
  return -1;
}

std::string ParseKey(const std::string& pem, Owned<EVP_PKEY>& key) {
  bool encrypted = false;
  ERR_clear_error();
  key.reset(
      PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, &TellThatItIsEncrypted, &encrypted));
  ERR_clear_error();
  if (encrypted) return "is encrypted: a key without a passphrase is needed";
  return key == nullptr ? "holds no private key in PEM form" : "";
}

std::string Utc(const ASN1_TIME* time) {
  std::tm fields{};
  ASN1_TIME_to_tm(time, &fields);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fields);
}

}  // namespace

std::string CaFault(const TlsMaterial& tls) {
  Certificates parsed;
  return ParseCertificates(tls.ca_pem, parsed);
}

std::string CertificateFault(const TlsMaterial& tls) {
  Certificates parsed;
  if (std::string fault = ParseCertificates(tls.certificate_pem, parsed); !fault.empty()) {
    return fault;
  }
  // Refuses what is too weak for the system's policy, such as a short RSA key.
  const Owned<SSL_CTX> context(SSL_CTX_new(TLS_method()));
  bool usable = SSL_CTX_use_certificate(context.get(), parsed[0].get()) == 1;
  for (std::size_t i = 1; usable && i < parsed.size(); ++i) {
    usable = SSL_CTX_add1_chain_cert(context.get(), parsed[i].get()) == 1;
  }
  return usable ? "" : fmt::format("has a certificate that cannot be used: {}", Reason());
}

std::string KeyFault(const TlsMaterial& tls) {
  Owned<EVP_PKEY> key;
  if (std::string fault = ParseKey(tls.key_pem, key); !fault.empty()) return fault;
  Certificates parsed;
  // A certificate that does not parse is a fault of its own.
  if (!ParseCertificates(tls.certificate_pem, parsed).empty()) return "";
  const bool matches = X509_check_private_key(parsed[0].get(), key.get()) == 1;
  ERR_clear_error();
  return matches ? "" : "is not the key of the certificate";
}

std::string ValidityFault(const TlsMaterial& tls) {
  Certificates parsed;
  if (!ParseCertificates(tls.certificate_pem, parsed).empty()) return "";
  const ASN1_TIME* const begin = X509_get0_notBefore(parsed[0].get());
  const ASN1_TIME* const end = X509_get0_notAfter(parsed[0].get());
  if (X509_cmp_current_time(end) < 0) return "has expired at " + Utc(end);
  if (X509_cmp_current_time(begin) > 0) return "is not valid before " + Utc(begin);
  return "";
}

}  // namespace gateway
