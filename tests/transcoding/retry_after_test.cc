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
constexpr std::chrono::system_clock::time_point kLater{seconds(1700000000)};

TEST(RetryAfter, ReadsSecondsAndDates) {
  const struct {
    const char* value;
    std::optional<nanoseconds> expected;
  } rows[] = {
      {"7", seconds(7)},
      {"1.5", milliseconds(1500)},
      {"0.25", milliseconds(250)},
      {" 7\t", seconds(7)},
      {"86400", hours(24)},
      {"86401", hours(24)},
      {"99999999999999999999999999", hours(24)},
      {"Sun, 06 Nov 1994 08:49:47 GMT", seconds(10)},
      {"Sunday, 06-Nov-94 08:49:47 GMT", seconds(10)},
      {"Sun Nov  6 08:49:47 1994", seconds(10)},
      // Not a wait.
      {"0", std::nullopt},
      {"0.0", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:36 GMT", std::nullopt},
      {"Thu, 01 Jan 1970 00:00:00 GMT", std::nullopt},
      {"Mon, 07 Nov 1994 08:49:37 GMT", hours(24)},
      {"Mon, 07 Nov 1994 08:49:38 GMT", hours(24)},
      {"Fri, 31 Dec 9999 23:59:59 GMT", hours(24)},
      {"", std::nullopt},
      {"-1", std::nullopt},
      {"+1", std::nullopt},
      {"1.", std::nullopt},
      {".5", std::nullopt},
      {"1.5.5", std::nullopt},
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

TEST(RetryAfter, Row12_ReadsTheResetOfARateLimitInSecondsUnixSecondsOrMilliseconds) {
  const struct {
    const char* value;
    std::chrono::system_clock::time_point now;
    std::optional<nanoseconds> expected;
  } rows[] = {
      // Seconds from now.
      {"2", kNow, seconds(2)},
      {"0", kNow, std::nullopt},
      {"0.5", kNow, milliseconds(500)},
      {"999999999", kNow, hours(24)},
      // Unix seconds.
      {"1700000003", kLater, seconds(3)},
      {"1700000000", kLater, std::nullopt},
      {"1000000000", kLater, std::nullopt},
      {"1700086401", kLater, hours(24)},
      {"99999999999", kLater, hours(24)},
      // Milliseconds since 1970.
      {"1700000003500", kLater, milliseconds(3500)},
      {"1699999999999", kLater, std::nullopt},
      {"9223372036854775807", kLater, hours(24)},
      {"99999999999999999999", kLater, hours(24)},
      {"soon", kLater, std::nullopt},
      {"-5", kLater, std::nullopt},
  };
  for (const auto& row : rows) {
    for (const char* name : {"x-ratelimit-reset", "ratelimit-reset"}) {
      EXPECT_EQ(RetryAfter({{name, row.value}}, row.now), row.expected) << name << row.value;
    }
  }
}

TEST(RetryAfter, Row12_ReadsTheFormsOfRateLimit) {
  const struct {
    const char* value;
    std::optional<nanoseconds> expected;
  } rows[] = {
      {"r=0;t=5", seconds(5)},
      {R"("default";r=0;t=5)", seconds(5)},
      {R"("burst";r=0;t=2, "daily";r=0;t=60)", seconds(60)},
      {R"("burst";r=0;t=2, "daily";r=100;t=60)", seconds(2)},
      {"limit=10, remaining=0, reset=5", seconds(5)},
      {"limit=10, remaining=3, reset=5", std::nullopt},
      {"r=7;t=5", std::nullopt},
      {"r=0;t=0", std::nullopt},
      {"r=0;t=x", std::nullopt},
      {"", std::nullopt},
      {";;,,", std::nullopt},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(RetryAfter({{"ratelimit", row.value}}, kNow), row.expected) << row.value;
  }
}

TEST(RetryAfter, Row12_ReadsMillisecondsBeforeAnythingElse) {
  EXPECT_EQ(RetryAfter({{"retry-after-ms", "1500"}, {"retry-after", "2"}}, kNow),
            milliseconds(1500));
  EXPECT_EQ(RetryAfter({{"retry-after-ms", "0"}, {"retry-after", "2"}}, kNow), seconds(2));
  EXPECT_EQ(RetryAfter({{"retry-after-ms", "0.5"}}, kNow), std::chrono::microseconds(500));
}

TEST(RetryAfter, CountsFractionsOfTheCurrentSecond) {
  EXPECT_EQ(RetryAfter({{"x-ratelimit-reset", "1700000001"}}, kLater + milliseconds(400)),
            milliseconds(600));
}

TEST(RetryAfter, PrefersRetryAfterToTheResetTimeIfItIsValid) {
  EXPECT_EQ(RetryAfter({{"x-ratelimit-reset", "10"}, {"retry-after", "2"}}, kNow), seconds(2));
  EXPECT_EQ(RetryAfter({{"x-ratelimit-reset", "10"}, {"retry-after", "soon"}}, kNow), seconds(10));
}

TEST(RetryAfter, IsNothingWithoutEitherHeader) {
  EXPECT_EQ(RetryAfter({{"content-type", "text/html"}}, kNow), std::nullopt);
}

}  // namespace
}  // namespace gateway
