// The file of a Unix socket that the gateway listens on. gRPC would silently take a path over from
// a live server and leave the file's mode to the umask.
//
// Not thread-safe; used on the thread that starts the server. Destruction removes the file that was
// bound.
#pragma once

#include <sys/stat.h>

#include <string>
#include <utility>

#include "gateway/base/result.h"

namespace gateway {

class SocketFile {
 public:
  /// Makes the path free to be bound: a stale socket is removed; a live one, or a file of another
  /// kind, is an error that names path and rule.
  static tl::expected<SocketFile, std::string> Claim(std::string path);

  /// After binding: from here on the file is ours. The error names path and rule.
  [[nodiscard]] tl::expected<void, std::string> SetMode(unsigned mode);

  SocketFile(SocketFile&& other) noexcept
      : path_(std::move(other.path_)), inode_(std::exchange(other.inode_, 0)) {}
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile();

 private:
  explicit SocketFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
  /// The inode of the file that we bound; 0: none. Another file of that path is not ours to remove.
  ino_t inode_ = 0;
};

/// While it lives, the process creates files for its owner only: a socket is not open to others
/// before it has its mode.
class PrivateUmask {
 public:
  PrivateUmask() : previous_(umask(0177)) {}
  ~PrivateUmask() { umask(previous_); }
  PrivateUmask(const PrivateUmask&) = delete;
  PrivateUmask& operator=(const PrivateUmask&) = delete;

 private:
  const mode_t previous_;
};

}  // namespace gateway
