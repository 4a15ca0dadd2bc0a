// A port whose connections are never accepted, and whose queue for them is full: to connect takes
// for ever. Aborts the program if that cannot be had.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace gateway {

class FullListener {
 public:
  FullListener() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    if (bind(listener_, generic(), size) != 0 || listen(listener_, 0) != 0 ||
        getsockname(listener_, generic(), &size) != 0 || connect(first_, generic(), size) != 0) {
      std::abort();
    }
  }
  ~FullListener() {
    close(first_);
    close(listener_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return ntohs(address_.sin_port); }
  /// A socket of this process.
  [[nodiscard]] static int own_sockets() { return 1; }

 private:
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

  sockaddr_in address_{};
  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int first_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

}  // namespace gateway
