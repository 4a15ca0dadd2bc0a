#include "gateway/serving/metadata_guard.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

TEST(MetadataGuard, LowersTheName) {
  EXPECT_EQ(CheckedMetadata("X-Extend-Request-Id", "req_1"),
            (Header{"x-extend-request-id", "req_1"}));
}

TEST(MetadataGuard, KeepsWhatGrpcAllows) {
  for (const std::string value : {"", " ", "a b", "~!\"#$%&'()*+,-./:;<=>?@[]^_`{|}"}) {
    EXPECT_EQ(CheckedMetadata("a-b_c.d1", value), (Header{"a-b_c.d1", value})) << value;
  }
}

TEST(MetadataGuard, DropsNamesThatWouldAbortTheProcess) {
  for (const std::string name :
       {"", ":status", "a b", "a\r\nb", "\xc3\xa4", "a:b", "a/b", "x-bin"}) {
    EXPECT_EQ(CheckedMetadata(name, "v"), std::nullopt) << name;
  }
}

TEST(MetadataGuard, DropsEveryByteOfAValueThatIsNotPrintableAscii) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = byte >= 0x20 && byte <= 0x7e;
    const std::string value = {'a', static_cast<char>(byte), 'b'};
    EXPECT_EQ(CheckedMetadata("name", value).has_value(), printable) << byte;
  }
}

TEST(MetadataGuard, DropsValuesOverTheLimit) {
  EXPECT_TRUE(CheckedMetadata("name", std::string(kMaxMetadataValueBytes, 'a')));
  EXPECT_FALSE(CheckedMetadata("name", std::string(kMaxMetadataValueBytes + 1, 'a')));
}

TEST(MetadataGuard, ReturnsNoHeaderThatMeansSomethingToGrpcOrHttp) {
  for (const std::string name : {"grpc-status", "grpc-message", "content-type", "te", "connection",
                                 "transfer-encoding", "x-gateway-attempts", "token-bin", "Upper"}) {
    EXPECT_FALSE(IsReturnableName(name)) << name;
  }
  EXPECT_TRUE(IsReturnableName("x-extend-request-id"));
}

}  // namespace
}  // namespace gateway
