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

#include "gateway/base/mutex.h"
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

/// When the last byte came; nothing if the kernel does not say.
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
  const MutexLock lock(&mutex_);
  Socket& socket = sockets_[fd];
  Forget(fd, socket);
  socket = {};
  socket.inode = InodeOf(fd);
  return fd;
}

int ConnectionTracker::Close(curl_socket_t socket) {
  const MutexLock lock(&mutex_);
  if (const auto closed = sockets_.extract(socket)) {
    Forget(socket, closed.mapped());
    // Whichever it was: in the end all of them are closed.
    if (closed.mapped().connected && closing_ > 0) --closing_;
  }
  return close(socket);
}

void ConnectionTracker::OnConnected(const std::vector<curl_socket_t>& tried,
                                    const ConnectionEnds& ends) {
  const MutexLock lock(&mutex_);
  for (const curl_socket_t fd : tried) {
    const auto found = sockets_.find(fd);
    if (found == sockets_.end() || found->second.connected) continue;
    if (tried.size() > 1 && LocalPortOf(fd) != ends.local_port) continue;
    Socket& socket = found->second;
    socket.connected = true;
    socket.peer_ip = ends.peer_ip;
    socket.peer_port = ends.peer_port;
    socket.local_ip = ends.local_ip;
    socket.local_port = ends.local_port;
    ++connected_;
    by_local_port_.emplace(ends.local_port, fd);
  }
}

curl_socket_t ConnectionTracker::Find(const ConnectionEnds& ends) {
  const MutexLock lock(&mutex_);
  const auto [begin, end] = by_local_port_.equal_range(ends.local_port);
  for (auto entry = begin; entry != end; ++entry) {
    const Socket& socket = sockets_.at(entry->second);
    if (socket.peer_port == ends.peer_port && socket.peer_ip == ends.peer_ip &&
        socket.local_ip == ends.local_ip) {
      return entry->second;
    }
  }
  return CURL_SOCKET_BAD;
}

int ConnectionTracker::idle() {
  const MutexLock lock(&mutex_);
  return connected_ - in_use_ - closing_;
}

void ConnectionTracker::Forget(curl_socket_t fd, const Socket& socket) {
  if (!socket.connected) return;
  --connected_;
  const auto [begin, end] = by_local_port_.equal_range(socket.local_port);
  const auto entry = std::find_if(begin, end, [fd](const auto& one) { return one.second == fd; });
  if (entry != end) by_local_port_.erase(entry);
}

int ConnectionTracker::Count() {
  const MutexLock lock(&mutex_);
  for (auto entry = sockets_.begin(); entry != sockets_.end();) {
    const auto& [fd, socket] = *entry;
    const bool is_open = InodeOf(fd) == socket.inode;
    if (!is_open) Forget(fd, socket);
    entry = is_open ? std::next(entry) : sockets_.erase(entry);
  }
  return static_cast<int>(sockets_.size());
}

void ConnectionTracker::OnUnanswered(int local_port, Clock::time_point sent) {
  const MutexLock lock(&mutex_);
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
