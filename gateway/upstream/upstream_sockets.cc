#include "gateway/upstream/upstream_sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "gateway/upstream/curl_http_client.h"

namespace gateway {
namespace {

/// 0: the descriptor is closed.
ino_t InodeOf(curl_socket_t socket) {
  struct stat status{};
  return fstat(socket, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

curl_socket_t UpstreamSockets::Open(const curl_sockaddr& address) {
  const int fd = socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  constexpr auto kMilliseconds =
      static_cast<unsigned>(std::chrono::milliseconds(CurlHttpClient::kMaxUnacknowledged).count());
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kMilliseconds, sizeof(kMilliseconds));
  sockets_[fd] = InodeOf(fd);
  Prune();
  return fd;
}

int UpstreamSockets::Close(curl_socket_t socket) {
  sockets_.erase(socket);
  count_ = static_cast<int>(sockets_.size());
  return close(socket);
}

void UpstreamSockets::Prune() {
  std::erase_if(sockets_, [](const auto& entry) { return InodeOf(entry.first) != entry.second; });
  count_ = static_cast<int>(sockets_.size());
}

}  // namespace gateway
