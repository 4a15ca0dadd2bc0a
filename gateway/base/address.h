// Where a server listens or is dialled: `host:port`, `[v6]:port` or `unix:/path`.
//
// Immutable value.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace gateway {

struct Address {
  /// A name or an IP address, the latter without brackets. Empty for a socket file.
  std::string host = {};
  int port = 0;
  /// The socket file; else empty.
  std::string path = {};

  [[nodiscard]] bool IsUnix() const { return !path.empty(); }
  /// Whether only processes of this machine reach it: loopback, or a socket file.
  [[nodiscard]] bool IsLocal() const;
  /// As it is parsed, and as gRPC wants it.
  [[nodiscard]] std::string ToString() const;

  friend bool operator==(const Address&, const Address&) = default;
};

/// Port 0 is for listening only: any free one. The error is the rule ("must be …").
tl::expected<Address, std::string> ParseAddress(std::string_view text, bool allow_port_zero);

/// A host name or IPv4 address, or an IPv6 address in brackets.
bool IsHost(std::string_view host);

/// 0..65535, or -1 for anything else.
int ParsePort(std::string_view text);

}  // namespace gateway
