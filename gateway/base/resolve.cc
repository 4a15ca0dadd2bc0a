#include "gateway/base/resolve.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>

namespace gateway {

std::vector<std::string> Resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::vector<std::string> addresses;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    const std::string number(text.data());
    addresses.push_back(entry->ai_family == AF_INET6 ? "[" + number + "]" : number);
  }
  freeaddrinfo(found);
  return addresses;
}

}  // namespace gateway
