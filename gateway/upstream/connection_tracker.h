// The sockets that libcurl has open: how many there are, how many are idle, and which are broken.
//
// Not thread-safe; used on the loop thread only, but for Count. Outlives the multi handle.
#pragma once

#include <curl/curl.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/base/deadline.h"
#include "gateway/base/mutex.h"

namespace gateway {

/// The two ends of a connection, as libcurl names them: IP addresses and ports.
struct ConnectionEnds {
  std::string_view peer_ip;
  int peer_port = 0;
  std::string_view local_ip;
  int local_port = 0;
};

class ConnectionTracker {
 public:
  explicit ConnectionTracker(Clock::duration max_silence) : max_silence_(max_silence) {}

  // In place of libcurl's own functions.
  curl_socket_t Open(const curl_sockaddr& address);
  int Close(curl_socket_t socket);

  /// A request is about to go out on a new connection with these ends: its socket is one of
  /// `tried`. Two were, if the upstream has addresses of both families.
  void OnConnected(const std::vector<curl_socket_t>& tried, const ConnectionEnds& ends);
  /// The socket of a connection that OnConnected was called for; CURL_SOCKET_BAD: it is unknown.
  [[nodiscard]] curl_socket_t Find(const ConnectionEnds& ends);

  /// A request uses a connection or is about to.
  void Acquire() { ++in_use_; }
  /// It no longer does: the connection is idle then, or closed, or will be at the response's end.
  void Release() { --in_use_; }
  /// A connection that is about to be released will be closed at the response's end.
  void WillClose() { ++closing_; }
  /// The number of connections that no request uses. For HTTP/1.1, whose requests do not share one.
  [[nodiscard]] int idle();

  /// A request, sent at `sent` over the connection from that local port, which others may share,
  /// has ended by its timeout. A connection on which nothing came for the longest silence, while
  /// requests waited, is broken: calls would go on joining it.
  void OnUnanswered(int local_port, Clock::time_point sent);

  /// Thread-safe. Looks at each socket: libcurl closes one that was never connected without a call.
  [[nodiscard]] int Count();

 private:
  struct Socket {
    /// Shows whether the descriptor still is this socket.
    ino_t inode = 0;
    /// Whether OnConnected was called for it, and with which ends.
    bool connected = false;
    std::string peer_ip;
    int peer_port = 0;
    std::string local_ip;
    int local_port = 0;
    /// When the last byte came over a silent connection, and since when requests wait.
    Clock::time_point heard;
    Clock::time_point waiting_since;
  };

  void Forget(curl_socket_t fd, const Socket& socket) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock::duration max_silence_;
  int in_use_ = 0;
  int closing_ = 0;
  Mutex mutex_;
  /// A new socket takes the place of one that had its number.
  std::unordered_map<curl_socket_t, Socket> sockets_ ABSL_GUARDED_BY(mutex_);
  int connected_ ABSL_GUARDED_BY(mutex_) = 0;
  /// Those that are connected. Connections to different peers may have the same local port.
  std::unordered_multimap<int, curl_socket_t> by_local_port_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway
