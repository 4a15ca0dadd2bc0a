#include "gateway/base/http_message.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using namespace std::string_literals;

TEST(HttpMessage, HeaderNamesAreTokens) {
  for (const auto& name : {"a"s, "X-Extend-Workspace-Id"s, "x_1"s, "!#$%&'*+-.^_`|~"s}) {
    EXPECT_TRUE(IsHeaderName(name)) << name;
  }
  for (const auto& name : {""s, "a b"s, "a:"s, "a\r\nb"s, "\0"s, "\x7f"s, "\xc3\xa9"s, ":path"s}) {
    EXPECT_FALSE(IsHeaderName(name)) << name;
  }
}

TEST(HttpMessage, HeaderValuesArePrintableAscii) {
  for (const auto& value : {""s, "a b\tc"s, "~!\"{}"s}) EXPECT_TRUE(IsHeaderValue(value)) << value;
  for (const auto& value : {"a\r\nb: c"s, "a\nb"s, "a\0b"s, "\x7f"s, "\x1b[0m"s, "\xc3\xa9"s}) {
    EXPECT_FALSE(IsHeaderValue(value)) << value;
  }
}

TEST(HttpMessage, ReservedHeadersAreThoseOfHttpAndOfTheGateway) {
  for (const char* name : {"Connection", "content-length", "TE", "transfer-encoding", "upgrade"}) {
    EXPECT_TRUE(IsFramingHeader(name)) << name;
    EXPECT_TRUE(IsReservedHeader(name)) << name;
  }
  for (const char* name : {"Authorization", "content-type", "host", "proxy-authorization"}) {
    EXPECT_FALSE(IsFramingHeader(name)) << name;
    EXPECT_TRUE(IsReservedHeader(name)) << name;
  }
  EXPECT_FALSE(IsReservedHeader("x-team"));
}

TEST(HttpMessage, MetadataNamesAreThoseThatGrpcCarriesAsText) {
  for (const char* name : {"a", "x-request-id", "a.b_c-1"}) EXPECT_TRUE(IsMetadataName(name));
  for (const char* name : {"", "X-A", "a-bin", "grpc-status", ":path", "a b", "\xc3\xa9"}) {
    EXPECT_FALSE(IsMetadataName(name)) << name;
  }
}

TEST(HttpMessage, FindsTheFirstHeaderOfANameInAnyCase) {
  const Headers headers = {{"x-a", "1"}, {"x-b", "2"}, {"X-B", "3"}};
  ASSERT_NE(FindHeader(headers, "X-b"), nullptr);
  EXPECT_EQ(*FindHeader(headers, "X-b"), "2");
  EXPECT_EQ(FindHeader(headers, "x-c"), nullptr);
}

}  // namespace
}  // namespace gateway
