// The API's rate limit: so many requests per category in each second of the clock.
//
// Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

#include "tests/simulator/run.h"

namespace extend_simulator {

/// Each has a limit of its own.
enum class RateCategory : std::uint8_t { kGet, kWrite, kRun };

class RateLimiter {
 public:
  /// No limit when `per_second` is 0.
  RateLimiter(int per_second, Now now) : per_second_(per_second), now_(std::move(now)) {}

  /// Nothing when the request may pass, else when the next one may.
  std::optional<std::chrono::sys_seconds> RefusedUntil(RateCategory category);

 private:
  struct Window {
    std::chrono::sys_seconds second;
    int requests = 0;
  };

  const int per_second_;
  const Now now_;
  std::mutex mutex_;
  std::array<Window, 3> windows_;
};

}  // namespace extend_simulator
