#include "gateway/base/deadline.h"

namespace gateway {

Deadline Deadline::FromWallClock(std::chrono::system_clock::time_point deadline,
                                 std::chrono::system_clock::time_point wall_now,
                                 Clock::time_point now) {
  // Longer than any call may last, and far from the ends of both clocks.
  constexpr std::chrono::hours kForever{24 * 365};
  const bool overflown = deadline.time_since_epoch() < std::chrono::seconds(0);
  if (overflown || deadline > wall_now + kForever) return Infinite();
  return At(now + std::max<Clock::duration>(deadline - wall_now, -kForever));
}

}  // namespace gateway
