#include "gateway/upstream/retry_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace gateway {
namespace {

TEST(RetryBudget, HoldsTenTokensAtTheStart) {
  RetryBudget budget;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.TakeRetry());
  EXPECT_FALSE(budget.TakeRetry());
}

TEST(RetryBudget, GainsATokenForTenFirstAttemptsAndNeverHoldsMoreThanTen) {
  RetryBudget budget;
  for (int i = 0; i < 1000; ++i) budget.AddFirstAttempt();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.TakeRetry());
  EXPECT_FALSE(budget.TakeRetry());
  for (int i = 0; i < 9; ++i) budget.AddFirstAttempt();
  EXPECT_FALSE(budget.TakeRetry());
  budget.AddFirstAttempt();
  EXPECT_TRUE(budget.TakeRetry());
  EXPECT_FALSE(budget.TakeRetry());
}

TEST(RetryBudget, IsCountedRightByManyThreads) {
  RetryBudget budget;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) taken += budget.TakeRetry() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 10);
}

}  // namespace
}  // namespace gateway
