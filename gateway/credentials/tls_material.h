// What one side of TLS connections needs: whom it trusts and who it is, read from files and checked
// together. As PEM texts, not paths: a user of a text sees that it has changed, and a file is
// checked before it is used.
//
// Thread-safe. The checks parse with OpenSSL, as the users do, and never show content.
#pragma once

#include <string>

#include "gateway/base/atomic_value.h"
#include "gateway/credentials/watched_files.h"

namespace gateway {

struct TlsMaterial {
  /// Towards the upstream; empty: the system's CAs are trusted. At listeners: callers must have a
  /// certificate that one of these CAs has signed; empty: they need none.
  std::string ca_pem;
  /// Our certificate with its chain behind it, and its key; empty: none.
  std::string certificate_pem;
  std::string key_pem;
};

/// The files of a TlsMaterial; an empty path: there is no such file.
struct TlsFiles {
  WatchedFiles::File certificate;
  WatchedFiles::File key;
  WatchedFiles::File ca;
};

/// Valid contents are stored in `target`, which outlives the result. A certificate that is outside
/// of its dates is logged and used all the same: the clock may be wrong, and the certificate before
/// it is hardly better.
WatchedFiles WatchTls(const TlsFiles& files, AtomicValue<TlsMaterial>& target);

}  // namespace gateway
