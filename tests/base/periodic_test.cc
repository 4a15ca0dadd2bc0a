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

TEST(Periodic, RunsSoonWhenAsked) {
  std::latch called(1);
  Periodic periodic(1h, [&] { called.count_down(); });
  periodic.RunSoon();
  called.wait();
}

TEST(Periodic, KeepsThePauseWhateverIsAsked) {
  std::latch first(1);
  int calls = 0;
  {
    Periodic periodic(
        1h,
        [&] {
          ++calls;
          first.count_down();
        },
        1h);
    periodic.RunSoon();
    first.wait();
    periodic.RunSoon();
  }
  EXPECT_EQ(calls, 1);
}

TEST(Periodic, ForgetsNoRequestThatComesDuringAPause) {
  std::latch both(2);
  int calls = 0;
  std::latch first(1);
  Periodic periodic(
      1h,
      [&] {
        if (++calls <= 2) both.count_down();
        if (calls == 1) first.count_down();
      },
      1ms);
  periodic.RunSoon();
  first.wait();
  periodic.RunSoon();
  both.wait();
}

}  // namespace
}  // namespace gateway
