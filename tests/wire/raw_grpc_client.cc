#include "tests/wire/raw_grpc_client.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gateway {
namespace {

using namespace http2;

constexpr std::chrono::seconds kPatience{20};

}  // namespace

RawGrpcClient::RawGrpcClient(const std::string& address) : client_(address) {
  Write(std::string(kPreface) + http2::Frame(Type::kSettings, 0, 0, ""));
}

void RawGrpcClient::Write(const std::string& bytes) {
  EXPECT_TRUE(client_.Write(bytes, After(kPatience)));
}

void RawGrpcClient::Call(const std::string& path, const Headers& headers,
                         const std::string& message) {
  std::string block = GrpcHeaders(path);
  for (const Header& header : headers) block += HpackHeader(header);
  Write(HeaderFrames(1, block) + GrpcMessage(1, message));

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
  auto frame = client_.Read(After(kPatience));
  EXPECT_TRUE(frame || client_.has_ended()) << "the server answers nothing";
  return frame;
}

}  // namespace gateway
