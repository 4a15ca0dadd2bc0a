#include "gateway/serving/socket_file.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace gateway {
namespace {

std::string ErrorText(int error) { return std::generic_category().message(error); }

/// The errno of connecting to the socket; 0: somebody listens.
int Probe(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  const int error = connected ? 0 : errno;
  close(fd);
  return error;
}

}  // namespace

tl::expected<SocketFile, std::string> SocketFile::Claim(std::string path) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return tl::unexpected(
        fmt::format("--listen unix:{}: the path of a socket must have 1 to {} bytes", path,
                    sizeof(sockaddr_un::sun_path) - 1));
  }
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return SocketFile(std::move(path));
    return tl::unexpected(fmt::format("--listen unix:{}: {}", path, ErrorText(errno)));
  }
  if (!S_ISSOCK(status.st_mode)) {
    return tl::unexpected(fmt::format("--listen unix:{}: exists and is not a socket", path));
  }
  const int error = Probe(path);
  // EAGAIN: a listener whose queue is full.
  if (error == 0 || error == EAGAIN) {
    return tl::unexpected(fmt::format("--listen unix:{}: another process listens there", path));
  }
  if (error != ECONNREFUSED || unlink(path.c_str()) != 0) {
    return tl::unexpected(fmt::format("--listen unix:{}: cannot be replaced: {}", path,
                                      ErrorText(error != ECONNREFUSED ? error : errno)));
  }
  return SocketFile(std::move(path));
}

tl::expected<void, std::string> SocketFile::SetMode(unsigned mode) {
  struct stat status{};
  if (lstat(path_.c_str(), &status) == 0 && chmod(path_.c_str(), mode) == 0) {
    inode_ = status.st_ino;
    return {};
  }
  return tl::unexpected(fmt::format("--socket-mode {:04o}: {}: {}", mode, path_, ErrorText(errno)));
}

SocketFile::~SocketFile() {
  struct stat status{};
  if (inode_ == 0 || lstat(path_.c_str(), &status) != 0 || status.st_ino != inode_) return;
  unlink(path_.c_str());
}

}  // namespace gateway
