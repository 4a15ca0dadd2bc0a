#include "gateway/serving/watchdog.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace gateway {
namespace {

using namespace std::chrono_literals;

class WatchdogTest : public testing::Test {
 protected:
  // A thread that was there before a fork is not there after it.
  WatchdogTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(WatchdogTest, EndsAProcessThatHangs) {
  EXPECT_EXIT(
      {
        const Watchdog watchdog(1ms);
        while (true) pause();
      },
      testing::ExitedWithCode(1), "shutdown hangs");
}

TEST_F(WatchdogTest, IsCalledOffByItsEnd) {
  EXPECT_EXIT(
      {
        {
          const Watchdog watchdog(1h);
        }
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace gateway
