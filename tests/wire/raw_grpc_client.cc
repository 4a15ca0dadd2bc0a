#include "tests/wire/raw_grpc_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/http2_frames.h"

namespace gateway {
namespace {

using namespace http2;

constexpr std::size_t kFrameHeaderBytes = 9;

// HPACK: an integer with a prefix of 7 bits, no Huffman coding, then the bytes.
void AppendString(const std::string& text, std::string& block) {
  std::size_t rest = text.size();
  if (rest < 127) {
    block += static_cast<char>(rest);
  } else {
    block += 127;
    for (rest -= 127; rest >= 128; rest /= 128) block += static_cast<char>(128 + rest % 128);
    block += static_cast<char>(rest);
  }
  block += text;
}

// HPACK: a literal that is not indexed, with a literal name.
void AppendHeader(const Header& header, std::string& block) {
  block += '\0';
  AppendString(header.name, block);
  AppendString(header.value, block);
}

}  // namespace

RawGrpcClient::RawGrpcClient(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  fd_ = socket(AF_INET, SOCK_STREAM, 0);
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
  Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2::Frame(Type::kSettings, 0, 0, ""));
}

RawGrpcClient::~RawGrpcClient() { close(fd_); }

void RawGrpcClient::Write(const std::string& bytes) const {
  EXPECT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

void RawGrpcClient::Call(const std::string& path, const Headers& headers,
                         const std::string& message) {
  std::string block;
  for (const Header& header : Headers{{":method", "POST"},
                                      {":scheme", "http"},
                                      {":path", path},
                                      {":authority", "test"},
                                      {"content-type", "application/grpc"},
                                      {"te", "trailers"}}) {
    AppendHeader(header, block);
  }
  for (const Header& header : headers) AppendHeader(header, block);
  const std::string data = std::string(1, '\0') + Bytes(message.size(), 4) + message;
  Write(http2::Frame(Type::kHeaders, kEndHeaders, 1, block) +
        http2::Frame(Type::kData, kEndStream, 1, data));

  while (const auto frame = Read()) {
    const bool may_end = frame->type == Type::kHeaders || frame->type == Type::kData;
    if (may_end && (frame->flags & kEndStream) != 0) return;
    if (frame->type == Type::kReset || frame->type == Type::kGoAway) return;
  }
}

void RawGrpcClient::Ping(int count) {
  // In one piece, which the server has read whole when it loses patience.
  std::string pings;
  for (int i = 0; i < count; ++i) pings += http2::Frame(Type::kPing, 0, 0, "12345678");
  Write(pings);
}

std::optional<RawGrpcClient::Frame> RawGrpcClient::Read() {
  const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
  char buffer[4096];
  while (true) {
    if (received_.size() >= kFrameHeaderBytes) {
      const std::size_t length = std::size_t{byte(0)} << 16 | std::size_t{byte(1)} << 8 | byte(2);
      if (received_.size() >= kFrameHeaderBytes + length) {
        Frame frame{.type = static_cast<Type>(byte(3)), .flags = byte(4), .payload = {}};
        frame.payload = received_.substr(kFrameHeaderBytes, length);
        received_.erase(0, kFrameHeaderBytes + length);
        return frame;
      }
    }
    const ssize_t count = recv(fd_, buffer, sizeof(buffer), 0);
    if (count <= 0) {
      EXPECT_EQ(count, 0) << "the server answers nothing";
      return std::nullopt;
    }
    received_.append(buffer, static_cast<std::size_t>(count));
  }
}

}  // namespace gateway
