#include "gateway/credentials/credentials.h"

#include <utility>

#include "gateway/config/flag_values.h"
#include "gateway/credentials/tls_files.h"

namespace gateway {
namespace {

std::string AsAuthorization(const std::string& key) { return "Bearer " + key; }

WatchedFiles WatchKey(const WatchedFiles::File& file, Authorization& target) {
  const auto use = [file, &target](const WatchedFiles::Contents& contents, Errors& faults) {
    if (!contents[0]) return;
    const auto key = ParseApiKey(*contents[0]);
    if (key) {
      target.Set(AsAuthorization(*key));
    } else {
      faults.push_back(std::string(file.flag) + ": " + file.path + ": the key " + key.error());
    }
  };
  return {{file}, use};
}

}  // namespace

Credentials::Credentials(const Config& config, Errors& faults) {
  if (!config.api_key_file.empty()) {
    Watch(CredentialKind::kApiKey,
          WatchKey({"--api-key-file", config.api_key_file}, authorization_.emplace()), faults);
  } else if (!config.api_key.empty()) {
    authorization_.emplace(AsAuthorization(config.api_key));
  }
  Watch(CredentialKind::kServerTls,
        WatchTls({.certificate = {"--tls-cert", config.tls_cert},
                  .key = {"--tls-key", config.tls_key},
                  .ca = {"--tls-client-ca", config.tls_client_ca}},
                 server_tls_),
        faults);
  Watch(CredentialKind::kUpstreamTls,
        WatchTls({.certificate = {"--upstream-cert", config.upstream_cert},
                  .key = {"--upstream-key", config.upstream_key},
                  .ca = {"--upstream-ca", config.upstream_ca}},
                 upstream_tls_),
        faults);
}

void Credentials::Watch(CredentialKind kind, WatchedFiles files, Errors& faults) {
  for (std::string& fault : files.Load()) faults.push_back(std::move(fault));
  const MutexLock lock(mutex_);
  watched_.push_back({kind, std::move(files)});
}

void Credentials::Look(Metrics& telemetry) {
  const MutexLock lock(mutex_);
  for (Watched& watched : watched_) {
    const WatchedFiles::Outcome outcome = watched.files.Look();
    if (outcome == WatchedFiles::Outcome::kTaken) telemetry.CredentialReloaded(watched.kind, true);
    if (outcome == WatchedFiles::Outcome::kRefused) {
      telemetry.CredentialReloaded(watched.kind, false);
    }
  }
}

}  // namespace gateway
