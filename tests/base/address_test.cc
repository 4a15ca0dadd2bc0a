// What is an address, and how one is written.
#include "gateway/base/address.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(Address, IsWrittenAsItWasParsed) {
  for (const char* text : {"127.0.0.1:50051", "localhost:0", "LOCALHOST:1", "[::1]:65535",
                           "[fe80::1]:1", "gateway.example:443", "unix:/run/gateway.sock"}) {
    const auto address = ParseAddress(text, /*allow_port_zero=*/true);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->ToString(), text);
    EXPECT_EQ(ParseAddress(address->ToString(), /*allow_port_zero=*/true), address);
  }
}

TEST(Address, HasAHostAndAPortOrAPath) {
  const auto tcp = ParseAddress("[::1]:8080", /*allow_port_zero=*/false);
  EXPECT_EQ(tcp->host, "::1");
  EXPECT_EQ(tcp->port, 8080);
  EXPECT_FALSE(tcp->IsUnix());
  const auto file = ParseAddress("unix:/run/gateway.sock", /*allow_port_zero=*/false);
  EXPECT_EQ(file->path, "/run/gateway.sock");
  EXPECT_TRUE(file->IsUnix());
}

TEST(Address, OnlyAListenerMayHavePortZero) {
  EXPECT_TRUE(ParseAddress("localhost:0", /*allow_port_zero=*/true));
  EXPECT_FALSE(ParseAddress("localhost:0", /*allow_port_zero=*/false));
}

}  // namespace
}  // namespace gateway
