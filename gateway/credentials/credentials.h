// The gateway's keys and certificates: its API key, its own TLS identities, and whom it trusts.
// Those that come from files follow them.
//
// Thread-safe. Look blocks: not for gRPC or loop threads. A change is put to use only if it is
// sound; a broken, empty or missing file, or a key and a certificate that do not match, leave the
// old ones in use. No key is ever logged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/atomic_value.h"
#include "gateway/base/mutex.h"
#include "gateway/base/result.h"
#include "gateway/config/config.h"
#include "gateway/credentials/tls_material.h"
#include "gateway/credentials/watched_files.h"
#include "gateway/telemetry/call_events.h"
#include "gateway/telemetry/metrics.h"

namespace gateway {

/// `Bearer <key>`.
using Authorization = AtomicValue<std::string>;

class Credentials {
 public:
  /// Reads all files. Adds to `faults` what is wrong, each fault naming flag, path and rule.
  Credentials(const Config& config, Errors& faults);

  /// Null if no key is configured.
  [[nodiscard]] const Authorization* authorization() const {
    return authorization_ ? &*authorization_ : nullptr;
  }
  /// Of the TCP listeners; without a certificate they are plaintext. Whether they have one, and
  /// whether callers need one, never changes.
  [[nodiscard]] const AtomicValue<TlsMaterial>& server_tls() const { return server_tls_; }
  [[nodiscard]] const AtomicValue<TlsMaterial>& upstream_tls() const { return upstream_tls_; }

  /// Reads the files again. Logs and counts what has changed, and each fault once.
  void Look(Metrics& telemetry);

 private:
  void Watch(CredentialKind kind, WatchedFiles files, Errors& faults);

  std::optional<Authorization> authorization_;
  AtomicValue<TlsMaterial> server_tls_;
  AtomicValue<TlsMaterial> upstream_tls_;

  struct Watched {
    CredentialKind kind;
    WatchedFiles files;
  };
  Mutex mutex_;  // Held while files are read: only Look and the constructor wait for it.
  std::vector<Watched> watched_ GUARDED_BY(mutex_);
};

}  // namespace gateway
