// The gateway's keys and certificates: its API key, its own TLS identities, and whom it trusts.
// Credentials from files follow their files.
//
// Thread-safe. ReloadChanged blocks: not for gRPC or loop threads. A valid change is used by new
// calls and connections. A file that is broken, empty or missing, or a key that does not match its
// certificate, is rejected and logged once, and the old one stays in use. No key is ever logged.
#pragma once

#include <absl/base/thread_annotations.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/atomic_value.h"
#include "gateway/base/mutex.h"
#include "gateway/base/result.h"
#include "gateway/config/config.h"
#include "gateway/credentials/tls_material.h"
#include "gateway/credentials/watched_files.h"
#include "gateway/telemetry/metrics.h"

namespace gateway {

/// `Bearer <key>`.
using Authorization = AtomicValue<std::string>;

class Credentials {
 public:
  /// Reads all files. Each error names flag, path and rule.
  static tl::expected<std::unique_ptr<Credentials>, Errors> Load(const Config& config);

  /// Null if no key is configured; never with Auth::kGateway.
  [[nodiscard]] const Authorization* authorization() const {
    return authorization_ ? &*authorization_ : nullptr;
  }
  /// For the TCP listeners; without a certificate they are plaintext. Whether they have one, and
  /// whether callers need one, never changes.
  [[nodiscard]] const AtomicValue<TlsMaterial>& server_tls() const { return server_tls_; }
  [[nodiscard]] const AtomicValue<TlsMaterial>& upstream_tls() const { return upstream_tls_; }

  /// Reads the files again and uses what has changed. Logs and counts each change, and each error
  /// once.
  void ReloadChanged(Metrics& metrics);

 private:
  Credentials() = default;
  Errors LoadAll(const Config& config);
  Errors Watch(CredentialKind kind, WatchedFiles files);

  std::optional<Authorization> authorization_;
  AtomicValue<TlsMaterial> server_tls_;
  AtomicValue<TlsMaterial> upstream_tls_;

  struct Watched {
    CredentialKind kind;
    WatchedFiles files;
  };
  /// Held while files are read: only Load and ReloadChanged wait for it.
  Mutex mutex_;
  std::vector<Watched> watched_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway
