#include "tests/support/http2_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

namespace gateway::http2 {
namespace {

constexpr std::size_t kFrameHeaderBytes = 9;
constexpr int kPollMs = 20;

}  // namespace

IsOver After(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  return [end] { return std::chrono::steady_clock::now() >= end; };
}

Client::Client(const std::string& address, Incoming incoming) : incoming_(incoming) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  has_ended_ = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0;
}

Client::~Client() { close(fd_); }

bool Client::Write(std::string_view bytes, const IsOver& is_over) {
  while (!bytes.empty() && !has_ended_ && !is_over()) {
    const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      if (incoming_ == Incoming::kDropped) Receive();
    } else if (count < 0 && errno == EAGAIN) {
      Wait(incoming_ == Incoming::kUnread ? POLLOUT : POLLIN | POLLOUT);
    } else {
      has_ended_ = true;
    }
  }
  return bytes.empty();
}

std::optional<ReceivedFrame> Client::Read(const IsOver& is_over) {
  while (true) {
    if (auto frame = TakeFrame()) return frame;
    if (has_ended_ || is_over()) return std::nullopt;
    Wait(POLLIN);
  }
}

void Client::Wait(short events) {
  pollfd socket{.fd = fd_, .events = events, .revents = 0};
  poll(&socket, 1, kPollMs);
  if ((socket.revents & POLLIN) != 0) Receive();
}

void Client::Receive() {
  std::array<char, 64 << 10> buffer;
  const ssize_t count = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    has_ended_ = true;
  } else if (incoming_ == Incoming::kKept) {
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::optional<ReceivedFrame> Client::TakeFrame() {
  const std::string_view rest = std::string_view(received_).substr(taken_);
  if (rest.size() < kFrameHeaderBytes) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const std::size_t length = std::size_t{byte(0)} << 16 | std::size_t{byte(1)} << 8 | byte(2);
  if (rest.size() < kFrameHeaderBytes + length) return std::nullopt;
  ReceivedFrame frame{.type = static_cast<Type>(byte(3)),
                      .flags = byte(4),
                      .stream = std::uint32_t{byte(5)} << 24 | std::uint32_t{byte(6)} << 16 |
                                std::uint32_t{byte(7)} << 8 | byte(8),
                      .payload = std::string(rest.substr(kFrameHeaderBytes, length))};
  taken_ += kFrameHeaderBytes + length;
  if (taken_ == received_.size()) {
    received_.clear();
    taken_ = 0;
  }
  return frame;
}

}  // namespace gateway::http2
