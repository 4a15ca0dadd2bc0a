// When a call must have ended: a point on the steady clock, or never. An infinite deadline is a
// state of its own, so that no arithmetic can overflow.
//
// Thread-safe: an immutable value.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace gateway {

using Clock = std::chrono::steady_clock;

class Deadline {
 public:
  static Deadline Infinite() { return {}; }
  static Deadline At(Clock::time_point point) { return Deadline(point); }

  /// The deadline of a gRPC call, which comes on the wall clock. `time_point::max()` is gRPC's
  /// "none". A deadline before 1970 is none too: it is a `grpc-timeout` too large for gRPC's
  /// arithmetic. A deadline that has passed stays in the past.
  static Deadline FromWallClock(std::chrono::system_clock::time_point deadline,
                                std::chrono::system_clock::time_point wall_now,
                                Clock::time_point now);

  /// The earlier of this and `timeout` from `now`.
  [[nodiscard]] Deadline CappedAt(Clock::time_point now, Clock::duration timeout) const {
    const Clock::time_point cap = now + timeout;
    return Deadline(point_ ? std::min(*point_, cap) : cap);
  }

  /// The time left, never negative; nothing for an infinite deadline.
  [[nodiscard]] std::optional<Clock::duration> Remaining(Clock::time_point now) const {
    if (!point_) return std::nullopt;
    return std::max(*point_ - now, Clock::duration::zero());
  }

  [[nodiscard]] bool HasPassed(Clock::time_point now) const { return point_ && *point_ <= now; }

 private:
  Deadline() = default;
  explicit Deadline(Clock::time_point point) : point_(point) {}

  std::optional<Clock::time_point> point_;
};

}  // namespace gateway
