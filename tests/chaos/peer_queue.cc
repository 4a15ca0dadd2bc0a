#include "tests/chaos/peer_queue.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

namespace gateway::chaos {

bool PeerHasReadAll(int fd) {
  sockaddr_in own{};
  sockaddr_in peer{};
  socklen_t size = sizeof(own);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0) return false;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
  // The peer's line: its address is our peer's, and its peer's is ours.
  std::array<char, 64> ends{};
  std::snprintf(ends.data(), ends.size(), ": %08X:%04X %08X:%04X ", peer.sin_addr.s_addr,
                ntohs(peer.sin_port), own.sin_addr.s_addr, ntohs(own.sin_port));
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    if (line.find(ends.data()) == std::string::npos) continue;
    // "0: LOCAL REMOTE STATE TX_QUEUE:RX_QUEUE ..."
    unsigned state = 0;
    unsigned unsent = 0;
    unsigned unread = 0;
    const std::string rest = line.substr(line.find(ends.data()) + std::string(ends.data()).size());
    return std::sscanf(rest.c_str(), "%X %X:%X", &state, &unsent, &unread) == 3 && unread == 0;
  }
  return false;
}

}  // namespace gateway::chaos
