// The gateway's own API key, from a file or fixed.
//
// Thread-safe. A key file is re-read by Refresh, which may block: it must not be called on gRPC or
// loop threads. A broken, empty or missing file keeps the old key. The key is never logged.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "gateway/base/result.h"

namespace gateway {

class ApiKey {
 public:
  /// A key that never changes (EXTEND_API_KEY).
  static ApiKey Fixed(const std::string& key);
  /// Reads `path`. The error names the path and the rule.
  static tl::expected<ApiKey, std::string> FromFile(const std::string& path);

  /// `Bearer <key>`. Never blocks on I/O.
  [[nodiscard]] std::shared_ptr<const std::string> Authorization() const;

  /// Re-reads the file; true if the key has changed.
  bool Refresh();

  ApiKey(ApiKey&&) noexcept;
  ApiKey& operator=(ApiKey&&) noexcept;
  ~ApiKey();

 private:
  class Impl;
  explicit ApiKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
