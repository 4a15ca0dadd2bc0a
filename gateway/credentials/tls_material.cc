#include "gateway/credentials/tls_material.h"

#include <fmt/chrono.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <ctime>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/telemetry/logging.h"

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

/// An error is the rule that a part breaks: the end of a sentence that begins with the file's name.
template <class T>
using Checked = tl::expected<T, std::string>;
tl::unexpected<std::string> Broken(std::string rule) {
  return tl::unexpected<std::string>(std::move(rule));
}

Owned<BIO> Reader(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// OpenSSL's words for the last error. Empties this thread's queue of errors, for the next user.
std::string Reason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "unknown error";
}

/// Our certificate first, or the CAs.
Checked<Certificates> ParseCertificates(const std::string& pem) {
  const Owned<BIO> reader = Reader(pem);
  Certificates parsed;
  ERR_clear_error();
  while (Owned<X509> next{PEM_read_bio_X509_AUX(reader.get(), nullptr, nullptr, nullptr)}) {
    parsed.push_back(std::move(next));
  }
  // The end of the text is an error too, and has this reason.
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = Reason();
  if (!whole) return Broken(fmt::format("has a certificate that does not parse: {}", reason));
  if (parsed.empty()) return Broken("holds no certificate in PEM form");
  return parsed;
}

/// Called for a key that is encrypted, in place of a prompt for its passphrase on the terminal.
int NoteThatItIsEncrypted(char* /*passphrase*/, int /*size*/, int /*writing*/, void* encrypted) {
  *static_cast<bool*>(encrypted) = true;
  return -1;
}

Checked<Owned<EVP_PKEY>> ParseKey(const std::string& pem) {
  bool encrypted = false;
  ERR_clear_error();
  Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, &NoteThatItIsEncrypted, &encrypted));
  ERR_clear_error();
  if (encrypted) return Broken("is encrypted: a key without a passphrase is needed");
  if (key == nullptr) return Broken("holds no private key in PEM form");
  return key;
}

std::string Utc(const ASN1_TIME* time) {
  std::tm fields{};
  ASN1_TIME_to_tm(time, &fields);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fields);
}

Checked<void> CheckCa(const TlsMaterial& tls) {
  return ParseCertificates(tls.ca_pem).map([](const Certificates&) {});
}

Checked<void> CheckCertificate(const TlsMaterial& tls) {
  const auto parsed = ParseCertificates(tls.certificate_pem);
  if (!parsed) return tl::unexpected(parsed.error());
  // Refuses what is too weak for the system's policy, such as a short RSA key.
  const Owned<SSL_CTX> context(SSL_CTX_new(TLS_method()));
  bool usable = SSL_CTX_use_certificate(context.get(), parsed->front().get()) == 1;
  for (std::size_t i = 1; usable && i < parsed->size(); ++i) {
    usable = SSL_CTX_add1_chain_cert(context.get(), (*parsed)[i].get()) == 1;
  }
  if (!usable) return Broken(fmt::format("has a certificate that cannot be used: {}", Reason()));
  return {};
}

/// The key must be that of the certificate. A certificate that does not parse has an error of its
/// own.
Checked<void> CheckKey(const TlsMaterial& tls) {
  const auto key = ParseKey(tls.key_pem);
  if (!key) return tl::unexpected(key.error());
  const auto parsed = ParseCertificates(tls.certificate_pem);
  if (!parsed) return {};
  const bool matches = X509_check_private_key(parsed->front().get(), key->get()) == 1;
  ERR_clear_error();
  if (!matches) return Broken("is not the key of the certificate");
  return {};
}

/// Why peers refuse a valid certificate today; nothing if they do not.
std::optional<std::string> DateWarning(const TlsMaterial& tls) {
  const auto parsed = ParseCertificates(tls.certificate_pem);
  if (!parsed) return std::nullopt;
  const ASN1_TIME* const begin = X509_get0_notBefore(parsed->front().get());
  const ASN1_TIME* const end = X509_get0_notAfter(parsed->front().get());
  const std::time_t now = std::time(nullptr);
  if (ASN1_TIME_cmp_time_t(end, now) < 0) return "has expired at " + Utc(end);
  if (ASN1_TIME_cmp_time_t(begin, now) > 0) return "is not valid before " + Utc(begin);
  return std::nullopt;
}

struct Part {
  WatchedFiles::File file;
  std::string TlsMaterial::* pem;
  Checked<void> (*check)(const TlsMaterial&);
};

std::string Sentence(const WatchedFiles::File& file, const std::string& rest) {
  return fmt::format("{}: {} {}", file.flag, file.path, rest);
}

Errors Use(const std::vector<Part>& parts, const WatchedFiles::Contents& contents,
           AtomicValue<TlsMaterial>& target) {
  TlsMaterial tls;
  bool whole = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    tls.*parts[i].pem = contents[i].value_or("");
    whole = whole && contents[i].has_value();
  }
  Errors errors;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!contents[i]) continue;
    const auto checked = parts[i].check(tls);
    if (!checked) errors.push_back(Sentence(parts[i].file, checked.error()));
  }
  if (!whole || !errors.empty()) return errors;
  if (const auto warning = DateWarning(tls)) {
    Log(LogLevel::kWarn, Sentence(parts[0].file, *warning));
  }
  target.Store(std::move(tls));
  return {};
}

}  // namespace

WatchedFiles WatchTls(const TlsFiles& files, AtomicValue<TlsMaterial>& target) {
  std::vector<Part> parts = {{files.certificate, &TlsMaterial::certificate_pem, &CheckCertificate},
                             {files.key, &TlsMaterial::key_pem, &CheckKey},
                             {files.ca, &TlsMaterial::ca_pem, &CheckCa}};
  std::erase_if(parts, [](const Part& part) { return part.file.path.empty(); });
  std::vector<WatchedFiles::File> watched;
  watched.reserve(parts.size());
  for (const Part& part : parts) watched.push_back(part.file);
  return {std::move(watched), [parts, &target](const WatchedFiles::Contents& contents) {
            return Use(parts, contents, target);
          }};
}

}  // namespace gateway
