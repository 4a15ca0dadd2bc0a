#include "tests/simulator/rate_limiter.h"

namespace extend_simulator {

std::optional<std::chrono::sys_seconds> RateLimiter::RefusedUntil(RateCategory category) {
  if (per_second_ == 0) return std::nullopt;
  const auto second = std::chrono::floor<std::chrono::seconds>(now_());
  const std::scoped_lock lock(mutex_);
  Window& window = windows_[static_cast<std::size_t>(category)];
  if (window.second != second) window = {.second = second, .requests = 0};
  if (++window.requests <= per_second_) return std::nullopt;
  return second + std::chrono::seconds{1};
}

}  // namespace extend_simulator
