// The sockets that libcurl has open: how many there are, and which lead nowhere.
//
// Belongs to the loop thread, but for Count. Outlives the multi handle.
#pragma once

#include <curl/curl.h>
#include <sys/types.h>

#include <cstdint>
#include <unordered_map>

#include "gateway/base/deadline.h"
#include "gateway/base/mutex.h"

namespace gateway {

class UpstreamSockets {
 public:
  explicit UpstreamSockets(Clock::duration max_silence) : max_silence_(max_silence) {}

  // libcurl's wishes, and their answers for it.
  curl_socket_t Open(const curl_sockaddr& address);
  int Close(curl_socket_t socket);

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
    /// Of a line that is silent: when the last byte came, and since when requests wait.
    Clock::time_point heard;
    Clock::time_point waiting_since;
  };

  const Clock::duration max_silence_;
  Mutex mutex_;
  /// A new socket takes the place of one that had its number.
  std::unordered_map<curl_socket_t, Socket> sockets_ GUARDED_BY(mutex_);
};

}  // namespace gateway
