// The sockets that libcurl has open: how many there are, how many are idle, and which lead nowhere.
//
// Belongs to the loop thread, but for Count. Outlives the multi handle.
#pragma once

#include <absl/synchronization/mutex.h>
#include <curl/curl.h>
#include <sys/types.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "gateway/base/deadline.h"

namespace gateway {

class ConnectionTracker {
 public:
  explicit ConnectionTracker(Clock::duration max_silence) : max_silence_(max_silence) {}

  // libcurl's wishes, and their answers for it.
  curl_socket_t Open(const curl_sockaddr& address);
  int Close(curl_socket_t socket);

  /// A request is about to go out on a new connection from that local port: its socket is one of
  /// `tried`. Two were, if the upstream has addresses of both families.
  void OnConnected(const std::vector<curl_socket_t>& tried, int local_port);
  /// A request counts on a connection; and it no longer does: it is idle then, or closed, or will
  /// be at the end of the answer.
  void Take() { ++in_use_; }
  void GiveBack() { --in_use_; }
  /// What is given back will be closed at the end of the answer.
  void WillClose() { ++closing_; }
  /// Connections that no request counts on. Of HTTP/1.1, whose requests do not share one.
  [[nodiscard]] int idle();

  /// A request, sent at `sent` over the connection from that local port, which others may share,
  /// has ended by its timeout. A connection on which nothing came for the longest silence, while
  /// requests waited, is broken: calls would go on joining it.
  void OnUnanswered(int local_port, Clock::time_point sent);

  /// Any thread. Looks at each socket: libcurl closes one that was never connected without a word.
  [[nodiscard]] int Count();

 private:
  struct Socket {
    /// Tells whether the descriptor still is this socket.
    ino_t inode = 0;
    bool connected = false;
    /// Of a line that is silent: when the last byte came, and since when requests wait.
    Clock::time_point heard;
    Clock::time_point waiting_since;
  };

  void Forget(const Socket& socket) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock::duration max_silence_;
  int in_use_ = 0;
  int closing_ = 0;
  absl::Mutex mutex_;
  /// A new socket takes the place of one that had its number.
  std::unordered_map<curl_socket_t, Socket> sockets_ ABSL_GUARDED_BY(mutex_);
  int connected_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gateway
