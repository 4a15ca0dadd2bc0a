// The sockets that libcurl has open: how many there are, and which lead nowhere.
//
// Belongs to the loop thread, but for count(). Outlives the multi handle.
#pragma once

#include <curl/curl.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <unordered_map>

#include "gateway/base/deadline.h"

namespace gateway {

class UpstreamSockets {
 public:
  explicit UpstreamSockets(Clock::duration max_silence) : max_silence_(max_silence) {}

  // libcurl's wishes, and their answers for it.
  curl_socket_t Open(const curl_sockaddr& address);
  int Close(curl_socket_t socket);
  /// Leaves out what libcurl has closed without a word: a connection that was never established.
  void Prune();

  /// A request, sent at `sent` over the connection from that local port, which others may share,
  /// has ended by its timeout. A connection on which nothing came for the longest silence, while
  /// requests waited, is broken: calls would go on joining it.
  void OnUnanswered(int local_port, Clock::time_point sent);

  /// Any thread.
  [[nodiscard]] int count() const { return count_; }

 private:
  struct Socket {
    /// Tells whether the descriptor still is this socket.
    ino_t inode = 0;
    /// Of a line that is silent: when the last byte came, and since when requests wait.
    Clock::time_point heard;
    Clock::time_point waiting_since;
  };

  const Clock::duration max_silence_;
  std::unordered_map<curl_socket_t, Socket> sockets_;
  std::atomic<int> count_ = 0;
};

}  // namespace gateway
