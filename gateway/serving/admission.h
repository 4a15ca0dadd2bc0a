// Counts calls: how many run, against --max-in-flight (more are refused at once rather than
// queued), and how many exist at all, for the server's shutdown. Thread-safe.
#pragma once

#include <atomic>

namespace gateway {

class Admission {
 public:
  explicit Admission(int limit) : limit_(limit) {}

  /// True: the call may run, and Leave must follow.
  bool Enter() {
    if (in_flight_.fetch_add(1, std::memory_order_relaxed) < limit_) return true;
    Leave();
    return false;
  }
  void Leave() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] int in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

  /// Call objects, those that wait for their RPC included.
  void Made() { existing_.fetch_add(1); }
  void Deleted() {
    if (existing_.fetch_sub(1) == 1) existing_.notify_all();
  }
  /// Returns when no call exists: all have ended, and the server's shutdown has begun.
  void WaitUntilNoneExists() const {
    for (int count = existing_.load(); count != 0; count = existing_.load()) existing_.wait(count);
  }

 private:
  const int limit_;
  std::atomic<int> in_flight_{0};
  std::atomic<int> existing_{0};
};

}  // namespace gateway
