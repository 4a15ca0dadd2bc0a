// When an attempt may be repeated, and after what wait. Pure decisions, no clock and no I/O.
//
// See "Repeating and reconciling" in README's limits and the tests of this file for the whole
// table.
#pragma once

#include <mutex>
#include <optional>

#include "gateway/base/answer.h"
#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"

namespace gateway {

/// What may be repeated, from the method's idempotency_level.
enum class Repeatability {
  kOnlyUnsent,  ///< idempotency_level unset: only what certainly was not processed.
  kIdempotent,  ///< IDEMPOTENT or NO_SIDE_EFFECTS: also what may have arrived.
};

struct RetryOptions {
  int max_attempts = 3;
  Clock::duration attempt_timeout = std::chrono::seconds(20);
  Clock::duration initial_backoff = std::chrono::milliseconds(250);
  Clock::duration max_backoff = std::chrono::seconds(10);
};

/// Stops retry storms: a token bucket per upstream, shared by the loops. Thread-safe.
class RetryBudget;

}  // namespace gateway
