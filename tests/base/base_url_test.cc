#include "gateway/base/base_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(BaseUrl, KeepsWhatIsLegalWithoutTrailingSlashes) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://api.extend.ai", "https://api.extend.ai"},
      {"http://127.0.0.1:8080/", "http://127.0.0.1:8080"},
      {"http://[::1]:8080/v1//", "http://[::1]:8080/v1"},
      {"https://host_1/a/b%20c/d:e", "https://host_1/a/b%20c/d:e"},
  };
  for (const auto& [text, kept] : cases) EXPECT_EQ(ParseBaseUrl(text).value_or(""), kept) << text;
}

TEST(BaseUrl, RefusesWhatWouldNotMeanTheSameWithAPathBehindIt) {
  for (const char* text :
       {"", "host", "ftp://host", "https://", "https://user@host", "https://u:p@host",
        "https://host?a=b", "https://host/#f", "https://host:0", "https://host:65536",
        "https://host:x", "https://ho st", "https://host/a b", "https://host/a//b",
        "https://host/../a", "https://host/.", "https://[::1", "https://host/\x7f",
        "https://host/a\r\nb"}) {
    const auto parsed = ParseBaseUrl(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error(), testing::StartsWith("must be an http:// or https:// URL"));
  }
}

TEST(BaseUrl, TheRuleNeverShowsTheText) {
  EXPECT_THAT(ParseBaseUrl("https://user:hunter2@host").error(),
              testing::Not(testing::HasSubstr("hunter2")));
}

}  // namespace
}  // namespace gateway
