// When an attempt is retried and after what wait, when the resource is read, and what is concluded
// from both. Pure decisions, no clock and no I/O.
//
// RetryPolicy is const and thread-safe if its random source is. The tests of this file are the
// whole table. The rule behind it: a response is the truth, and what has no response is retried
// only if that can do no harm.
#pragma once

#include <functional>
#include <optional>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/upstream/retry_budget.h"
#include "gateway/upstream/upstream_result.h"

namespace gateway {

/// What may be retried, from the method's idempotency_level.
enum class RetrySafety {
  kOnlyUnsent,  ///< idempotency_level unset: only what certainly was not processed.
  kIdempotent,  ///< IDEMPOTENT or NO_SIDE_EFFECTS: even what may have arrived.
};

/// How a call finds out what became of its request when no response says it.
enum class LookUp {
  kNone,
  kRead,    ///< A reconciling GET reads the resource.
  kSearch,  ///< The newest resources are listed, and the one with our marker is looked for.
};

struct RetryOptions {
  /// The most attempts of the call's own request, and of each read.
  int max_attempts = 3;
  Clock::duration attempt_timeout = std::chrono::seconds(20);
  Clock::duration initial_backoff = std::chrono::milliseconds(250);
  Clock::duration max_backoff = std::chrono::seconds(10);
};

/// What is known of the work that a request asked for, by its result alone. A response of 4xx says
/// that nothing was done, except 408 and 499; a response that broke counts by its status.
Outcome OutcomeOf(const HttpResult& result);

/// Whether nobody has said what the request did: it broke after sending, or something between us
/// and the upstream responded in its place (408, 502, 503, 504). 500 is the upstream's own word.
bool LeavesOutcomeUnknown(const HttpResult& result);

/// Whether the upstream refused our key (401): the key file may hold a newer one.
bool RefusesTheKey(const HttpResult& result);

/// The part of a call's whole time that its attempts leave for looking up what became of them.
Clock::duration TimeKeptFor(LookUp look_up, Clock::duration whole);

/// Where a call stands when something of it has ended: what the rules look at.
struct CallProgress {
  RetrySafety retry_safety = RetrySafety::kOnlyUnsent;
  /// The call's own request is a DELETE.
  bool deletes = false;
  LookUp look_up = LookUp::kNone;
  /// Begun so far.
  int attempts = 1;
  /// The last attempt's.
  const HttpResult* result = nullptr;
  /// The class of its response; the default for a transport error.
  const ResponseClass* response_class = nullptr;
  /// The call's time ended the last attempt, or forbids another one.
  bool time_is_up = false;
  /// An attempt so far may have arrived; nobody has said what an attempt did.
  bool may_have_arrived = false;
  bool outcome_unknown = false;
  /// The worst of all attempts, and what reads have said since.
  Outcome outcome = Outcome::kNone;
  /// Begun since the last attempt: reads, or lists of a search.
  int reads = 0;
  /// Until the deadline; nothing: no deadline. `time_kept` of it is not for attempts.
  std::optional<Clock::duration> remaining{};
  Clock::duration time_kept{0};

  /// What follows from an attempt that has ended.
  void AddAttempt(const HttpResult& ended, const ResponseClass& ended_class);
  /// What follows from a state that a read has shown.
  void AddState(ResourceState state);
};

struct RetryDecision {
  enum class Kind { kConclude, kRetry, kRead, kSearch };
  Kind kind = Kind::kConclude;
  /// kConclude: how the call ends.
  Conclusion conclusion = Conclusion::kLastAttempt;
  /// kConclude and kRead: a wait that would outlive the deadline, or what the response asks for.
  std::optional<Clock::duration> retry_after{};
  /// All but kConclude: what to wait before, and how to send.
  Clock::duration delay{0};
  bool fresh_connection = false;
  /// kRetry, and kRead when it is a read's retry: why.
  std::optional<RetryReason> reason{};
};

class RetryPolicy {
 public:
  /// `random`: uniform in [0, 1).
  RetryPolicy(const RetryOptions& options, std::function<double()> random);

  /// A retry has taken its token from the budget.
  [[nodiscard]] RetryDecision AfterAttempt(const CallProgress& progress, RetryBudget& budget) const;

  /// After a wait that took so long that no attempt may begin.
  [[nodiscard]] RetryDecision WithoutTime(const CallProgress& progress) const;

  /// After a read: its result, what that means if it is an error response, and the state that it
  /// shows.
  [[nodiscard]] RetryDecision AfterRead(const CallProgress& progress, const HttpResult& read,
                                        const ResponseClass& read_class, ResourceState state,
                                        RetryBudget& budget) const;

  /// After a list that did not show our marker.
  [[nodiscard]] RetryDecision AfterSearch(const CallProgress& progress, const HttpResult& list,
                                          const ResponseClass& list_class) const;

  [[nodiscard]] const RetryOptions& options() const { return options_; }

 private:
  /// Nothing more is sent: the last attempt, or the deadline, says how the call ends.
  [[nodiscard]] RetryDecision Conclude(const CallProgress& progress) const;
  [[nodiscard]] RetryDecision Retry(const CallProgress& progress, RetryBudget& budget) const;
  [[nodiscard]] RetryDecision RetryRead(const CallProgress& progress, const HttpResult& read,
                                        const ResponseClass& read_class, RetryBudget& budget) const;
  /// What the response asks for, but never shorter than the backoff.
  [[nodiscard]] Clock::duration WaitFor(std::optional<Clock::duration> asked, int attempts) const;
  [[nodiscard]] Clock::duration Backoff(int attempts) const;

  const RetryOptions options_;
  const std::function<double()> random_;
};

/// How metrics count what a read has led to.
ReconcileResult ReconcileResultOf(ResourceState state, const RetryDecision& decision);

}  // namespace gateway
