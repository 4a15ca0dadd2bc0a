#include "gateway/base/http_message.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(HttpMessage, FindsTheFirstHeaderOfANameInAnyCase) {
  const Headers headers = {{"x-a", "1"}, {"x-b", "2"}, {"X-B", "3"}};
  ASSERT_NE(FindHeader(headers, "X-b"), nullptr);
  EXPECT_EQ(*FindHeader(headers, "X-b"), "2");
  EXPECT_EQ(FindHeader(headers, "x-c"), nullptr);
}

}  // namespace
}  // namespace gateway
