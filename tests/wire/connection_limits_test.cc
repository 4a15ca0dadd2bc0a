// What one connection may do, as HTTP/2 tells it.
#include <gmock/gmock.h>

#include "tests/wire/gateway_fixture.h"
#include "tests/wire/raw_grpc_client.h"

namespace gateway {
namespace {

class ConnectionLimitsTest : public GatewayTest {
 protected:
  static std::uint32_t BigEndian(const std::string& bytes, std::size_t at, std::size_t count) {
    std::uint32_t number = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      number = number << 8 | static_cast<unsigned char>(bytes.at(i));
    }
    return number;
  }
  /// A value of a SETTINGS frame.
  static std::optional<std::uint32_t> Setting(const RawGrpcClient::Frame& frame, unsigned id) {
    for (std::size_t at = 0; at + 6 <= frame.payload.size(); at += 6) {
      if (BigEndian(frame.payload, at, 2) == id) return BigEndian(frame.payload, at + 2, 4);
    }
    return std::nullopt;
  }
};

TEST_F(ConnectionLimitsTest, StreamsAndHeadersAreLimited) {
  constexpr unsigned kMaxHeaderListSize = 6;
  config.max_in_flight = 7;
  RawGrpcClient client(gateway().addresses()[0]);
  const auto settings = client.Read();
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->type, http2::Type::kSettings);
  // Refused calls need a stream too.
  EXPECT_EQ(Setting(*settings, http2::kMaxConcurrentStreams), 1007U);
  // Twice what a call may bring, so that the gateway refuses it with its own words.
  EXPECT_EQ(Setting(*settings, kMaxHeaderListSize), 64U << 10);
}

TEST_F(ConnectionLimitsTest, AFloodOfPingsEndsTheConnection) {
  constexpr std::uint32_t kEnhanceYourCalm = 11;
  RawGrpcClient client(gateway().addresses()[0]);
  client.Ping(10);
  std::optional<std::uint32_t> reason;
  while (const auto frame = client.Read()) {
    if (frame->type == http2::Type::kGoAway) reason = BigEndian(frame->payload, 4, 4);
  }
  EXPECT_EQ(reason, kEnhanceYourCalm);
  EXPECT_TRUE(Get().status.ok());
}

TEST_F(ConnectionLimitsTest, APingNowAndThenIsAnswered) {
  RawGrpcClient client(gateway().addresses()[0]);
  client.Ping(1);
  std::optional<RawGrpcClient::Frame> frame = client.Read();
  while (frame && frame->type != http2::Type::kPing) frame = client.Read();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payload, "12345678");
}

}  // namespace
}  // namespace gateway
