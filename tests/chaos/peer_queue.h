// Whether a peer on this machine has read all that was sent to it. The kernel's table of TCP
// connections shows it; no socket option does.
//
// Thread-safe.
#pragma once

namespace gateway::chaos {

/// False also if the peer is gone. `fd` is a TCP connection over IPv4.
bool PeerHasReadAll(int fd);

}  // namespace gateway::chaos
