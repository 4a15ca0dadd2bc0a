// The file of a Unix socket that the gateway listens on. gRPC would silently take a path over from
// a live server and leave the file's mode to the umask.
//
// Belongs to one thread. Destruction removes the file.
#pragma once

#include <string>

#include "gateway/base/result.h"

namespace gateway {

class SocketFile {
 public:
  /// Makes the path free to be bound: a stale socket is removed; a live one, or a file of another
  /// kind, is an error that names path and rule.
  static tl::expected<SocketFile, std::string> Claim(std::string path);

  /// After binding. The error names path and rule.
  [[nodiscard]] tl::expected<void, std::string> SetMode(unsigned mode);

  SocketFile(SocketFile&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile();

 private:
  explicit SocketFile(std::string path) : path_(std::move(path)) {}

  /// Empty: moved from.
  std::string path_;
};

}  // namespace gateway
