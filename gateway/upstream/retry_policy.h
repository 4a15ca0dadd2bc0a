// When an attempt may be repeated, and after what wait. Pure decisions, no clock and no I/O.
//
// RetryPolicy is const and thread-safe if its random source is; RetryBudget is thread-safe. The
// tests of this file are the whole table. The rule behind it: an answer is the truth, and what has
// no answer is repeated only if that can do no harm.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"
#include "gateway/telemetry/call_events.h"

namespace gateway {

/// What may be repeated, from the method's idempotency_level.
enum class RetrySafety {
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
class RetryBudget {
 public:
  /// At the start, and at most.
  static constexpr int kMaxTokens = 10;
  /// Of a token, for each first attempt. A retry costs a whole one.
  static constexpr int kPercentOfFirstAttempts = 10;

  void AddFirstAttempt();
  /// Takes a token; false if there is none.
  bool TakeRetry();

 private:
  static constexpr int kToken = 100;
  std::atomic<int> hundredths_ = kMaxTokens * kToken;
};

/// Whether the request may have been processed, as far as its result tells. An answer of 4xx says
/// that it was not, except 408; any other answer leaves it open, or says that it was.
bool MayHaveArrived(const HttpResult& result);

/// Whether nothing is known of what the request did: it broke after sending, or something between
/// us and the upstream answered in its place (408, 502, 503, 504). 500 is the upstream's own word.
bool LeavesOutcomeUnknown(const HttpResult& result);

/// An attempt that has ended, and what came before it.
struct AttemptReport {
  /// Begun so far, this one included.
  int attempts = 1;
  const HttpResult* result = nullptr;
  /// Of the answer; the default for a transport error.
  ResponseClass verdict;
  RetrySafety retry_safety = RetrySafety::kOnlyUnsent;
  /// The route has a reconciling GET.
  bool reconciles = false;
  /// This or an earlier attempt: MayHaveArrived, LeavesOutcomeUnknown.
  bool may_have_arrived = false;
  bool outcome_unknown = false;
  /// Until the deadline; nothing: no deadline.
  std::optional<Clock::duration> remaining;
};

struct RetryDecision {
  enum class Kind { kStop, kRetry, kReconcile };
  Kind kind = Kind::kStop;
  /// kRetry: how, and why.
  Clock::duration delay{0};
  bool fresh_connection = false;
  RetryReason reason = RetryReason::kStatus;
  /// Otherwise: a wait that would outlive the deadline, or what the answer asks for.
  std::optional<Clock::duration> retry_after;
};

class RetryPolicy {
 public:
  /// `random`: uniform in [0, 1).
  RetryPolicy(const RetryOptions& options, std::function<double()> random);

  /// After an attempt. A retry has taken its token from the budget.
  [[nodiscard]] RetryDecision Decide(const AttemptReport& report, RetryBudget& budget) const;

  /// After the reconciling GET has shown that the call may still succeed: kRetry or kStop.
  [[nodiscard]] RetryDecision DecideWhilePending(const AttemptReport& report,
                                                 RetryBudget& budget) const;

  [[nodiscard]] const RetryOptions& options() const { return options_; }

 private:
  [[nodiscard]] RetryDecision Repeat(const AttemptReport& report, RetryBudget& budget) const;
  [[nodiscard]] Clock::duration Backoff(int attempts) const;

  const RetryOptions options_;
  const std::function<double()> random_;
};

}  // namespace gateway
