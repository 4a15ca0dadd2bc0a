#include "gateway/base/credentials.h"

#include <utility>

#include "gateway/base/file.h"
#include "gateway/base/flag_values.h"
#include "gateway/base/logging.h"
#include "gateway/base/mutex.h"

namespace gateway {
namespace {

// A key and the blanks around it.
constexpr std::size_t kMaxFileBytes = std::size_t{64} << 10;

tl::expected<std::string, std::string> ReadKey(const std::string& path) {
  const auto content = ReadFile(path, kMaxFileBytes);
  if (!content) return tl::unexpected(content.error());
  auto key = ParseApiKey(*content);
  if (!key) return tl::unexpected(path + ": the key " + key.error());
  return key;
}

std::shared_ptr<const std::string> AsAuthorization(const std::string& key) {
  return std::make_shared<const std::string>("Bearer " + key);
}

}  // namespace

class ApiKey::Impl {
 public:
  Impl(const std::string& key, std::string path)
      : path_(std::move(path)), authorization_(AsAuthorization(key)) {}

  [[nodiscard]] std::shared_ptr<const std::string> Authorization() const {
    const MutexLock lock(mutex_);
    return authorization_;
  }

  bool Refresh() {
    if (path_.empty()) return false;
    const auto key = ReadKey(path_);
    const MutexLock lock(mutex_);
    if (!key) {
      // Told once, not at every look.
      if (fault_ != key.error()) Log(LogLevel::kWarn, key.error(), {{"kept", "the old key"}});
      fault_ = key.error();
      return false;
    }
    fault_.clear();
    auto authorization = AsAuthorization(*key);
    if (*authorization == *authorization_) return false;
    authorization_ = std::move(authorization);
    Log(LogLevel::kInfo, "the API key has changed", {{"path", path_}});
    return true;
  }

 private:
  /// Empty: fixed.
  const std::string path_;
  mutable Mutex mutex_;
  /// Shared with the calls that are using it.
  std::shared_ptr<const std::string> authorization_ GUARDED_BY(mutex_);
  /// The last one that was told.
  std::string fault_ GUARDED_BY(mutex_);
};

ApiKey::ApiKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiKey::ApiKey(ApiKey&&) noexcept = default;
ApiKey& ApiKey::operator=(ApiKey&&) noexcept = default;
ApiKey::~ApiKey() = default;

ApiKey ApiKey::Fixed(const std::string& key) {
  return ApiKey(std::make_unique<Impl>(key, std::string()));
}

tl::expected<ApiKey, std::string> ApiKey::FromFile(const std::string& path) {
  return ReadKey(path).map(
      [&path](const std::string& key) { return ApiKey(std::make_unique<Impl>(key, path)); });
}

std::shared_ptr<const std::string> ApiKey::Authorization() const { return impl_->Authorization(); }

bool ApiKey::Refresh() { return impl_->Refresh(); }

}  // namespace gateway
