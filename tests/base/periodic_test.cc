#include "gateway/base/periodic.h"

#include <gtest/gtest.h>

#include <latch>

namespace gateway {
namespace {

using namespace std::chrono_literals;

TEST(Periodic, CallsAgainAndAgain) {
  std::latch three(3);
  int calls = 0;
  const Periodic periodic(1ms, [&] {
    if (++calls <= 3) three.count_down();
  });
  three.wait();
}

TEST(Periodic, EndsWithoutWaitingForTheInterval) {
  bool called = false;
  const auto begin = std::chrono::steady_clock::now();
  {
    const Periodic periodic(1h, [&] { called = true; });
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10min);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace gateway
