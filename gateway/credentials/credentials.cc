#include "gateway/credentials/credentials.h"

#include <utility>

#include "gateway/base/mutex.h"
#include "gateway/config/flag_values.h"

namespace gateway {
namespace {

std::string AsAuthorization(const std::string& key) { return "Bearer " + key; }

WatchedFiles WatchKey(const WatchedFiles::File& file, Authorization& target) {
  const auto use = [file, &target](const WatchedFiles::Contents& contents) -> Errors {
    if (!contents[0]) return {};
    const auto key = ParseApiKey(*contents[0]);
    if (!key) return {std::string(file.flag) + ": " + file.path + ": the key " + key.error()};
    target.Store(AsAuthorization(*key));
    return {};
  };
  return {{file}, use};
}

}  // namespace

tl::expected<std::unique_ptr<Credentials>, Errors> Credentials::Load(const Config& config) {
  std::unique_ptr<Credentials> credentials(new Credentials);
  if (Errors errors = credentials->LoadAll(config); !errors.empty()) {
    return tl::unexpected(std::move(errors));
  }
  return credentials;
}

Errors Credentials::LoadAll(const Config& config) {
  Errors errors;
  if (!config.api_key_file.empty()) {
    Append(errors, Watch(CredentialKind::kApiKey, WatchKey({"--api-key-file", config.api_key_file},
                                                           authorization_.emplace())));
  } else if (!config.api_key.empty()) {
    authorization_.emplace(AsAuthorization(config.api_key));
  } else if (config.auth == Auth::kGateway) {
    errors.emplace_back("--auth gateway: needs a key, from --api-key-file or EXTEND_API_KEY");
  }
  Append(errors, Watch(CredentialKind::kServerTls,
                       WatchTls({.certificate = {"--tls-cert", config.tls_cert},
                                 .key = {"--tls-key", config.tls_key},
                                 .ca = {"--tls-client-ca", config.tls_client_ca}},
                                server_tls_)));
  Append(errors, Watch(CredentialKind::kUpstreamTls,
                       WatchTls({.certificate = {"--upstream-cert", config.upstream_cert},
                                 .key = {"--upstream-key", config.upstream_key},
                                 .ca = {"--upstream-ca", config.upstream_ca}},
                                upstream_tls_)));
  return errors;
}

Errors Credentials::Watch(CredentialKind kind, WatchedFiles files) {
  auto loaded = files.Load();
  if (!loaded) return std::move(loaded.error());
  const MutexLock lock(&mutex_);
  watched_.push_back({kind, std::move(files)});
  return {};
}

void Credentials::ReloadChanged(Metrics& metrics) {
  const MutexLock lock(&mutex_);
  for (Watched& watched : watched_) {
    const WatchedFiles::ReloadResult result = watched.files.ReloadChanged();
    if (result == WatchedFiles::ReloadResult::kReloaded) {
      metrics.CredentialReloaded(watched.kind, true);
    } else if (result == WatchedFiles::ReloadResult::kRejected) {
      metrics.CredentialReloaded(watched.kind, false);
    }
  }
}

}  // namespace gateway
