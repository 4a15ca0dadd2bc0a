// The sockets that libcurl has open.
//
// Belongs to the loop thread, but for count(). Outlives the multi handle.
#pragma once

#include <curl/curl.h>
#include <sys/types.h>

#include <atomic>
#include <unordered_map>

namespace gateway {

class UpstreamSockets {
 public:
  // libcurl's wishes, and their answers for it.
  curl_socket_t Open(const curl_sockaddr& address);
  int Close(curl_socket_t socket);
  /// Leaves out what libcurl has closed without a word: a connection that was never established.
  void Prune();

  /// Any thread.
  [[nodiscard]] int count() const { return count_; }

 private:
  /// With its inode, which tells whether the descriptor still is this socket.
  std::unordered_map<curl_socket_t, ino_t> sockets_;
  std::atomic<int> count_ = 0;
};

}  // namespace gateway
