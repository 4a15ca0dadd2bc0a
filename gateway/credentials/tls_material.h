// What one side of TLS connections is given: whom it trusts and who it is. As PEM texts, not paths:
// who uses a text sees that it has changed, and a file can be checked before it is used.
//
// The checks are functions without state, thread-safe. They parse with OpenSSL, as the users do,
// and never show content.
#pragma once

#include <string>

namespace gateway {

struct TlsMaterial {
  /// Towards the upstream; empty: the system's CAs are trusted. Of listeners: callers must have a
  /// certificate that one of these CAs has signed; empty: they need none.
  std::string ca_pem;
  /// Our certificate with its chain behind it, and its key; empty: none.
  std::string certificate_pem;
  std::string key_pem;
};

/// The rule that a part breaks, as the end of a sentence that begins with the file's name; empty:
/// the part is sound.
std::string CaFault(const TlsMaterial& tls);
std::string CertificateFault(const TlsMaterial& tls);
/// A key must be that of the certificate, if there is a sound one.
std::string KeyFault(const TlsMaterial& tls);

/// Why peers will refuse a sound certificate today: it has expired, or is not yet valid. Likewise.
std::string ValidityFault(const TlsMaterial& tls);

}  // namespace gateway
