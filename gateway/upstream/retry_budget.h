// Stops retry storms: a token bucket for each upstream, shared by all calls to it.
//
// Thread-safe. It must outlive the calls.
#pragma once

#include <atomic>

namespace gateway {

class RetryBudget {
 public:
  /// At the start, and at most.
  static constexpr int kMaxTokens = 10;
  /// The part of a token that each first attempt adds. A retry costs a whole token.
  static constexpr int kPercentOfFirstAttempts = 10;

  void AddFirstAttempt();
  /// Takes a token; false if there is none.
  bool TakeRetry();

 private:
  static constexpr int kToken = 100;
  std::atomic<int> hundredths_ = kMaxTokens * kToken;
};

}  // namespace gateway
