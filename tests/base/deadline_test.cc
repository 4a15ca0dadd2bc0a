#include "gateway/base/deadline.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using namespace std::chrono_literals;
using Wall = std::chrono::system_clock;

const Clock::time_point kNow{100h};
const Wall::time_point kWallNow{500000h};

TEST(Deadline, TimePointMaxIsInfinite) {
  const Deadline deadline = Deadline::FromWallClock(Wall::time_point::max(), kWallNow, kNow);
  EXPECT_EQ(deadline.Remaining(kNow), std::nullopt);
  EXPECT_FALSE(deadline.HasPassed(Clock::time_point::max()));
}

TEST(Deadline, OverflownTimeoutThatArrivesBeforeTheEpochIsInfinite) {
  EXPECT_EQ(Deadline::FromWallClock(Wall::time_point(-1h), kWallNow, kNow).Remaining(kNow),
            std::nullopt);
  EXPECT_EQ(Deadline::FromWallClock(Wall::time_point::min(), kWallNow, kNow).Remaining(kNow),
            std::nullopt);
}

TEST(Deadline, KeepsTheTimeLeftOfTheWallClock) {
  EXPECT_EQ(Deadline::FromWallClock(kWallNow + 3s, kWallNow, kNow).Remaining(kNow), 3s);
}

TEST(Deadline, ThatHasPassedStaysPassed) {
  const Deadline deadline = Deadline::FromWallClock(kWallNow - 3s, kWallNow, kNow);
  EXPECT_TRUE(deadline.HasPassed(kNow));
  EXPECT_EQ(deadline.Remaining(kNow), 0s);
}

TEST(Deadline, CapShortensButNeverLengthens) {
  EXPECT_EQ(Deadline::Infinite().CappedAt(kNow, 60s).Remaining(kNow), 60s);
  EXPECT_EQ(Deadline::At(kNow + 90s).CappedAt(kNow, 60s).Remaining(kNow), 60s);
  EXPECT_EQ(Deadline::At(kNow + 5s).CappedAt(kNow, 60s).Remaining(kNow), 5s);
}

}  // namespace
}  // namespace gateway
