// How many objects exist that own themselves, for whoever must outlive them. Thread-safe.
#pragma once

#include <atomic>

namespace gateway {

class WaitGroup {
 public:
  /// A member of each such object, declared first: counts it as long as anything of it exists.
  class Token {
   public:
    explicit Token(WaitGroup& counter) : counter_(counter) { counter_.count_.fetch_add(1); }
    ~Token() {
      if (counter_.count_.fetch_sub(1) == 1) counter_.count_.notify_all();
    }
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;

   private:
    WaitGroup& counter_;
  };

  void Wait() const {
    for (int count = count_.load(); count != 0; count = count_.load()) count_.wait(count);
  }

 private:
  std::atomic<int> count_{0};
};

}  // namespace gateway
