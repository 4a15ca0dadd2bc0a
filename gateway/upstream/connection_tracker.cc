#include "gateway/upstream/connection_tracker.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "gateway/upstream/curl_http_loop_options.h"

namespace gateway {
namespace {

/// The kernel's clock for this is a coarse one.
constexpr std::chrono::milliseconds kTick{20};

/// 0: the descriptor is closed.
ino_t InodeOf(curl_socket_t socket) {
  struct stat status{};
  return fstat(socket, &status) == 0 ? status.st_ino : 0;
}

int LocalPortOf(curl_socket_t socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return -1;
  // Both families have the port at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

/// When the last byte came; nothing if the kernel does not tell.
std::optional<Clock::time_point> LastHeard(curl_socket_t socket) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  return Clock::now() - std::chrono::milliseconds(info.tcpi_last_data_recv);
}

}  // namespace

curl_socket_t ConnectionTracker::Open(const curl_sockaddr& address) {
  const int fd = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  constexpr auto kMilliseconds = static_cast<unsigned>(
      std::chrono::milliseconds(CurlHttpLoopOptions::kMaxUnacknowledged).count());
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kMilliseconds, sizeof(kMilliseconds));
  const MutexLock lock(mutex_);
  Socket& socket = sockets_[fd];
  Forget(socket);
  socket = {.inode = InodeOf(fd), .connected = false, .heard = {}, .waiting_since = {}};
  return fd;
}

int ConnectionTracker::Close(curl_socket_t socket) {
  const MutexLock lock(mutex_);
  if (const auto closed = sockets_.extract(socket)) {
    Forget(closed.mapped());
    // Whichever it was: all of them will have been closed.
    if (closed.mapped().connected && closing_ > 0) --closing_;
  }
  return close(socket);
}

void ConnectionTracker::OnConnected(const std::vector<curl_socket_t>& tried, int local_port) {
  const MutexLock lock(mutex_);
  for (const curl_socket_t socket : tried) {
    const auto found = sockets_.find(socket);
    if (found == sockets_.end()) continue;
    if (tried.size() > 1 && LocalPortOf(socket) != local_port) continue;
    if (!std::exchange(found->second.connected, true)) ++connected_;
  }
}

int ConnectionTracker::idle() {
  const MutexLock lock(mutex_);
  return connected_ - in_use_ - closing_;
}

void ConnectionTracker::Forget(const Socket& socket) {
  if (socket.connected) --connected_;
}

int ConnectionTracker::Count() {
  const MutexLock lock(mutex_);
  for (auto entry = sockets_.begin(); entry != sockets_.end();) {
    const auto& [fd, socket] = *entry;
    const bool is_open = InodeOf(fd) == socket.inode;
    if (!is_open) Forget(socket);
    entry = is_open ? std::next(entry) : sockets_.erase(entry);
  }
  return static_cast<int>(sockets_.size());
}

void ConnectionTracker::OnUnanswered(int local_port, Clock::time_point sent) {
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find_if(
      sockets_, [&](const auto& entry) { return LocalPortOf(entry.first) == local_port; });
  if (found == sockets_.end()) return;
  auto& [fd, socket] = *found;
  const auto heard = LastHeard(fd);
  if (!heard || *heard > sent + kTick) return;
  const bool is_known = *heard <= socket.heard + kTick;
  socket.waiting_since = is_known ? std::min(socket.waiting_since, sent) : sent;
  socket.heard = *heard;
  // libcurl sees the end of the connection, and its requests fail.
  if (Clock::now() - socket.waiting_since >= max_silence_) shutdown(fd, SHUT_RDWR);
}

}  // namespace gateway
