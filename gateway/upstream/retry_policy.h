// When an attempt is retried and after what wait, when the resource is read, and what is concluded
// from both. Pure decisions, no clock and no I/O.
//
// RetryPolicy is const and thread-safe if its random source is; RetryBudget is thread-safe. The
// tests of this file are the whole table. The rule behind it: a response is the truth, and what has
// no response is retried only if that can do no harm.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"
#include "gateway/telemetry/call_events.h"
#include "gateway/upstream/upstream_result.h"

namespace gateway {

/// What may be retried, from the method's idempotency_level.
enum class RetrySafety {
  kOnlyUnsent,  ///< idempotency_level unset: only what certainly was not processed.
  kIdempotent,  ///< IDEMPOTENT or NO_SIDE_EFFECTS: even what may have arrived.
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

/// Whether the request may have been processed, as far as its result says. A response of 4xx says
/// that it was not, except 408; any other response leaves it open, or says that it was.
bool MayHaveArrived(const HttpResult& result);

/// Whether nothing is known of what the request did: it broke after sending, or something between
/// us and the upstream responded in its place (408, 502, 503, 504). 500 is the upstream's own word.
bool LeavesOutcomeUnknown(const HttpResult& result);

/// Whether the upstream refused our key (401): the key file may hold a newer one.
bool RefusesTheKey(const HttpResult& result);

/// Where a call stands when something of it has ended: what the rules look at.
struct CallProgress {
  RetrySafety retry_safety = RetrySafety::kOnlyUnsent;
  /// The call's own request is a DELETE.
  bool deletes = false;
  /// The route has a reconciling GET.
  bool reconciles = false;
  /// Begun so far.
  int attempts = 1;
  /// The last attempt's.
  const HttpResult* result = nullptr;
  /// Of its response; the default for a transport error.
  const ResponseClass* response_class = nullptr;
  /// The last attempt or an earlier one: MayHaveArrived, LeavesOutcomeUnknown.
  bool may_have_arrived = false;
  bool outcome_unknown = false;
  /// Until the deadline; nothing: no deadline.
  std::optional<Clock::duration> remaining;

  /// Sets what follows from an attempt that has ended.
  void AddAttempt(const HttpResult& ended, const ResponseClass& ended_class);
};

struct RetryDecision {
  enum class Kind { kConclude, kRetry, kRead };
  Kind kind = Kind::kConclude;
  /// kConclude: how the call ends.
  Conclusion conclusion = Conclusion::kLastAttempt;
  /// kConclude and kRead: a wait that would outlive the deadline, or what the response asks for.
  std::optional<Clock::duration> retry_after;
  /// kRetry: how, and why.
  Clock::duration delay{0};
  bool fresh_connection = false;
  RetryReason reason = RetryReason::kStatus;
};

class RetryPolicy {
 public:
  /// `random`: uniform in [0, 1).
  RetryPolicy(const RetryOptions& options, std::function<double()> random);

  /// A retry has taken its token from the budget.
  [[nodiscard]] RetryDecision AfterAttempt(const CallProgress& progress, RetryBudget& budget) const;

  /// After the reconciling GET has shown `state`.
  [[nodiscard]] RetryDecision AfterRead(const CallProgress& progress, ResourceState state,
                                        RetryBudget& budget) const;

  [[nodiscard]] const RetryOptions& options() const { return options_; }

 private:
  [[nodiscard]] RetryDecision WhilePending(const CallProgress& progress, RetryBudget& budget) const;
  [[nodiscard]] RetryDecision Retry(const CallProgress& progress, RetryBudget& budget) const;
  [[nodiscard]] Clock::duration Backoff(int attempts) const;

  const RetryOptions options_;
  const std::function<double()> random_;
};

/// How metrics count what a read has led to.
ReconcileResult ReconcileResultOf(ResourceState state, const RetryDecision& decision);

}  // namespace gateway
