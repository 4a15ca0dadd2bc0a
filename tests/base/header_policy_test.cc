#include "gateway/base/header_policy.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

using namespace std::string_literals;

TEST(HeaderPolicy, HeaderNamesAreTokens) {
  for (const auto& name : {"a"s, "X-Extend-Workspace-Id"s, "x_1"s, "!#$%&'*+-.^_`|~"s}) {
    EXPECT_TRUE(IsHeaderName(name)) << name;
  }
  for (const auto& name : {""s, "a b"s, "a:"s, "a\r\nb"s, "\0"s, "\x7f"s, "\xc3\xa9"s, ":path"s}) {
    EXPECT_FALSE(IsHeaderName(name)) << name;
  }
}

TEST(HeaderPolicy, HeaderValuesArePrintableAscii) {
  for (const auto& value : {""s, "a b\tc"s, "~!\"{}"s}) EXPECT_TRUE(IsHeaderValue(value)) << value;
  for (const auto& value : {"a\r\nb: c"s, "a\nb"s, "a\0b"s, "\x7f"s, "\x1b[0m"s, "\xc3\xa9"s}) {
    EXPECT_FALSE(IsHeaderValue(value)) << value;
  }
}

TEST(HeaderPolicy, MetadataNamesAreThoseThatGrpcCarriesAsText) {
  for (const char* name : {"a", "x-request-id", "a.b_c-1"}) EXPECT_TRUE(IsMetadataName(name));
  for (const char* name : {"", "X-A", "a-bin", "grpc-status", ":path", "a b", "\xc3\xa9"}) {
    EXPECT_FALSE(IsMetadataName(name)) << name;
  }
}

TEST(HeaderPolicy, HttpAndTheGatewaySetTheirOwnRequestHeaders) {
  for (const char* name : {"Connection", "content-length", "TE", "transfer-encoding", "upgrade"}) {
    EXPECT_TRUE(IsFramingHeader(name)) << name;
    EXPECT_FALSE(MaySetRequestHeader(name)) << name;
  }
  for (const char* name : {"Authorization", "content-type", "host", "proxy-authorization",
                           "User-Agent", "accept", "accept-encoding", "traceparent", "a b", ""}) {
    EXPECT_FALSE(IsFramingHeader(name)) << name;
    EXPECT_FALSE(MaySetRequestHeader(name)) << name;
  }
  for (const char* name : {"x-team", "X-Team", "cookie", "grpc-timeout"}) {
    EXPECT_TRUE(MaySetRequestHeader(name)) << name;
  }
}

TEST(HeaderPolicy, OnlyTextMetadataThatIsNobodysOwnIsForwarded) {
  for (const char* name : {"", "X-A", "a-bin", "grpc-timeout", "host", "traceparent", "te"}) {
    EXPECT_FALSE(MayForwardMetadata(name)) << name;
  }
  for (const char* name : {"x-tenant", "cookie"}) EXPECT_TRUE(MayForwardMetadata(name)) << name;
}

TEST(Metadata, HasItsNameInLowerCase) {
  EXPECT_EQ(ToMetadata("X-Extend-Request-Id", "req_1"), (Header{"x-extend-request-id", "req_1"}));
}

TEST(Metadata, IsWhatGrpcAllows) {
  for (const std::string value : {"", " ", "a b", "~!\"#$%&'()*+,-./:;<=>?@[]^_`{|}"}) {
    EXPECT_EQ(ToMetadata("a-b_c.d1", value), (Header{"a-b_c.d1", value})) << value;
  }
}

TEST(Metadata, IsNoNameThatWouldAbortTheProcess) {
  for (const std::string name :
       {"", ":status", "a b", "a\r\nb", "\xc3\xa4", "a:b", "a/b", "x-bin"}) {
    EXPECT_EQ(ToMetadata(name, "v"), std::nullopt) << name;
  }
}

TEST(Metadata, HasNoByteThatIsNotPrintableAscii) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = byte >= 0x20 && byte <= 0x7e;
    const std::string value = {'a', static_cast<char>(byte), 'b'};
    EXPECT_EQ(ToMetadata("name", value).has_value(), printable) << byte;
  }
}

TEST(Metadata, IsNoValueOverTheLimit) {
  EXPECT_TRUE(ToMetadata("name", std::string(kMaxMetadataValueBytes, 'a')));
  EXPECT_FALSE(ToMetadata("name", std::string(kMaxMetadataValueBytes + 1, 'a')));
}

TEST(HeaderPolicy, ReturnsNoHeaderThatMeansSomethingToGrpcOrHttp) {
  for (const std::string name : {"grpc-status", "grpc-message", "content-type", "te", "connection",
                                 "transfer-encoding", "x-gateway-attempts", "token-bin", "Upper"}) {
    EXPECT_FALSE(MayReturnHeader(name)) << name;
  }
  EXPECT_TRUE(MayReturnHeader("x-extend-request-id"));
}

}  // namespace
}  // namespace gateway
