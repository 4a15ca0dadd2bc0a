#include "gateway/transcoding/retry_after.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
constexpr std::chrono::system_clock::time_point kNow{seconds(784111777)};

TEST(RetryAfter, ReadsSecondsAndDates) {
  const struct {
    const char* value;
    std::optional<nanoseconds> expected;
  } rows[] = {
      {"0", seconds(0)},
      {"7", seconds(7)},
      {" 7\t", seconds(7)},
      {"86400", hours(24)},
      {"86401", hours(24)},
      {"99999999999999999999999999", hours(24)},
      {"Sun, 06 Nov 1994 08:49:47 GMT", seconds(10)},
      {"Sunday, 06-Nov-94 08:49:47 GMT", seconds(10)},
      {"Sun Nov  6 08:49:47 1994", seconds(10)},
      {"Sun, 06 Nov 1994 08:49:37 GMT", seconds(0)},
      {"Sun, 06 Nov 1994 08:49:36 GMT", seconds(0)},
      {"Thu, 01 Jan 1970 00:00:00 GMT", seconds(0)},
      {"Mon, 07 Nov 1994 08:49:37 GMT", hours(24)},
      {"Mon, 07 Nov 1994 08:49:38 GMT", hours(24)},
      {"Fri, 31 Dec 9999 23:59:59 GMT", hours(24)},
      {"", std::nullopt},
      {"-1", std::nullopt},
      {"+1", std::nullopt},
      {"1.5", std::nullopt},
      {"1s", std::nullopt},
      {"soon", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:47 GMT junk", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:47 PST", std::nullopt},
      {"Sun, 99 Nov 1994 08:49:47 GMT", std::nullopt},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(RetryAfter({{"retry-after", row.value}}, kNow), row.expected) << row.value;
  }
}

TEST(RetryAfter, ReadsTheResetTimeOfARateLimit) {
  const struct {
    const char* value;
    std::optional<nanoseconds> expected;
  } rows[] = {
      {"784111780", seconds(3)},
      {"784111777", seconds(0)},
      {"1", seconds(0)},
      {"784198178", hours(24)},
      {"9223372036854775807", hours(24)},
      {"99999999999999999999", hours(24)},
      {"soon", std::nullopt},
      {"-5", std::nullopt},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(RetryAfter({{"x-ratelimit-reset", row.value}}, kNow), row.expected) << row.value;
  }
}

TEST(RetryAfter, CountsFractionsOfTheCurrentSecond) {
  EXPECT_EQ(RetryAfter({{"x-ratelimit-reset", "784111778"}}, kNow + milliseconds(400)),
            milliseconds(600));
}

TEST(RetryAfter, PrefersRetryAfterToTheResetTimeIfItIsValid) {
  EXPECT_EQ(RetryAfter({{"x-ratelimit-reset", "784111787"}, {"retry-after", "2"}}, kNow),
            seconds(2));
  EXPECT_EQ(RetryAfter({{"x-ratelimit-reset", "784111787"}, {"retry-after", "soon"}}, kNow),
            seconds(10));
}

TEST(RetryAfter, IsNothingWithoutEitherHeader) {
  EXPECT_EQ(RetryAfter({{"content-type", "text/html"}}, kNow), std::nullopt);
}

}  // namespace
}  // namespace gateway
