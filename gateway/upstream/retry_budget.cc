#include "gateway/upstream/retry_budget.h"

#include <algorithm>

namespace gateway {

void RetryBudget::AddFirstAttempt() {
  int before = hundredths_.load(std::memory_order_relaxed);
  while (before < kMaxTokens * kToken) {
    const int after = std::min(before + kPercentOfFirstAttempts, kMaxTokens * kToken);
    if (hundredths_.compare_exchange_weak(before, after, std::memory_order_relaxed)) return;
  }
}

bool RetryBudget::TakeRetry() {
  int before = hundredths_.load(std::memory_order_relaxed);
  while (before >= kToken) {
    if (hundredths_.compare_exchange_weak(before, before - kToken, std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

}  // namespace gateway
