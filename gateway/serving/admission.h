// Counts the running calls, of which there are at most --max-in-flight: further ones are refused at
// once rather than queued. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <string_view>

namespace gateway {

class Admission {
 public:
  // What the caller of a refused call hears. The wait is long enough for a burst to drain.
  static constexpr std::string_view kRefusal = "too many calls in flight";
  static constexpr std::string_view kReason = "GATEWAY_OVERLOADED";
  static constexpr std::chrono::seconds kWait{1};

  explicit Admission(int limit) : limit_(limit) {}

  /// True: the call may run, and Leave must follow its end.
  bool Enter() {
    if (in_flight_.fetch_add(1, std::memory_order_relaxed) < limit_) return true;
    Leave();
    return false;
  }
  void Leave() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] int in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

 private:
  const int limit_;
  std::atomic<int> in_flight_{0};
};

}  // namespace gateway
