#include "gateway/base/address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
// The kernel's structure ends the path with a NUL byte.
constexpr std::size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t kMaxHostName = 253;
constexpr int kMaxPort = 65535;

bool IsIpv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool IsIpv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool IsHostName(std::string_view text) {
  const auto legal = [](char c) { return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_'; };
  return !text.empty() && text.size() <= kMaxHostName && text.front() != '.' &&
         std::ranges::all_of(text, legal);
}

std::string WithoutBrackets(std::string_view host) {
  return std::string(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
}

tl::expected<Address, std::string> ParseSocketFile(std::string_view path) {
  const bool printable = std::ranges::all_of(path, [](char c) { return c > ' ' && c != 0x7f; });
  if (!path.starts_with('/') || path.ends_with('/') || !printable || path.size() > kMaxSocketPath) {
    return tl::unexpected<std::string>(
        "must be unix: and an absolute path of at most " + std::to_string(kMaxSocketPath) +
        " bytes without blanks, such as unix:/run/extend-gateway.sock");
  }
  return Address{.path = std::string(path)};
}

}  // namespace

bool IsHost(std::string_view host) {
  if (host.starts_with('[')) {
    return host.ends_with(']') && host.size() > 2 && IsIpv6(WithoutBrackets(host));
  }
  const bool numeric = std::ranges::all_of(host, [](char c) { return IsDigit(c) || c == '.'; });
  return numeric ? IsIpv4(std::string(host)) : IsHostName(host);
}

int ParsePort(std::string_view text) {
  int port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = stop == text.data() + text.size();
  const bool number = error == std::errc() && whole && IsDigit(text.front());
  return number && port <= kMaxPort ? port : -1;
}

bool Address::IsLocal() const {
  if (IsUnix() || EqualsIgnoreCase(host, "localhost")) return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string Address::ToString() const {
  if (IsUnix()) return std::string(kUnixPrefix) + path;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

tl::expected<Address, std::string> ParseAddress(std::string_view text, bool allow_port_zero) {
  if (text.starts_with(kUnixPrefix)) return ParseSocketFile(text.substr(kUnixPrefix.size()));
  const auto colon = text.rfind(':');
  const std::string_view host = text.substr(0, colon);
  const int port = colon == std::string_view::npos ? -1 : ParsePort(text.substr(colon + 1));
  if (!IsHost(host) || port < (allow_port_zero ? 0 : 1)) {
    return tl::unexpected<std::string>(
        std::string("must be host:port with a port from ") + (allow_port_zero ? "0" : "1") +
        " to 65535, such as 127.0.0.1:50051 or [::1]:50051, or unix:/path");
  }
  return Address{.host = WithoutBrackets(host), .port = port};
}

}  // namespace gateway
