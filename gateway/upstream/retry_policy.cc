#include "gateway/upstream/retry_policy.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gateway {
namespace {

/// Statuses by which an upstream refuses what a route with a reconciling GET asks for.
constexpr std::array kRefusals = {400, 409, 422};
constexpr std::array kUnknownOutcomes = {408, 502, 503, 504};
constexpr int kUnauthorized = 401;
constexpr int kNotFound = 404;
constexpr int kRequestTimeout = 408;
constexpr int kClosedByClient = 499;

constexpr std::chrono::seconds kLongestTimeKeptForRead{5};
constexpr std::chrono::seconds kTimeBetweenSearches{1};

/// The status of the response, even if the response broke; 0 if no status has come.
int StatusOf(const HttpResult& result) {
  if (const HttpResponse* response = result.response()) return response->status;
  const TransportError* error = result.error();
  return error != nullptr ? error->http_status : 0;
}

bool HasStatus(const HttpResult& result, int status) {
  return result.response() != nullptr && result.response()->status == status;
}

bool IsRefusal(const HttpResult& result) {
  return std::ranges::any_of(kRefusals,
                             [&result](int status) { return HasStatus(result, status); });
}

/// Whether a request with that result may be sent once more.
bool MayRetry(const HttpResult& result, const ResponseClass& response_class, RetrySafety safety) {
  const bool idempotent = safety == RetrySafety::kIdempotent;
  const TransportError* error = result.error();
  if (error == nullptr) {
    return response_class.rate_limited || (response_class.unavailable && idempotent);
  }
  switch (error->kind) {
    case TransportErrorKind::kResponseTooLarge:
    case TransportErrorKind::kHeadersTooLarge:
      return false;  // It would be as large again.
    case TransportErrorKind::kMalformed:
      // Not even sent: the request itself is wrong.
      return idempotent && error->delivery == Delivery::kMayHaveArrived;
    default:
      return idempotent || error->delivery == Delivery::kNeverSent;
  }
}

RetryReason ReasonFor(const HttpResult& result, const ResponseClass& response_class) {
  if (response_class.rate_limited) return RetryReason::kRateLimited;
  const TransportError* error = result.error();
  if (error == nullptr) return RetryReason::kStatus;
  return error->kind == TransportErrorKind::kTimeout ? RetryReason::kTimeout
                                                     : RetryReason::kTransport;
}

/// The next step finds out what became of the request.
RetryDecision LookUpNow(const CallProgress& progress, const RetryDecision& otherwise) {
  using Kind = RetryDecision::Kind;
  return {.kind = progress.look_up == LookUp::kRead ? Kind::kRead : Kind::kSearch,
          .retry_after = otherwise.retry_after,
          .fresh_connection = progress.result->error() != nullptr};
}

}  // namespace

Outcome OutcomeOf(const HttpResult& result) {
  const int status = StatusOf(result);
  if (status == 0 && result.error() != nullptr) {
    const bool unsent = result.error()->delivery == Delivery::kNeverSent;
    return unsent ? Outcome::kNone : Outcome::kUnknown;
  }
  if (IsSuccess(status)) return Outcome::kDone;
  const bool refused =
      status >= 400 && status <= 499 && status != kRequestTimeout && status != kClosedByClient;
  return refused ? Outcome::kNone : Outcome::kUnknown;
}

bool LeavesOutcomeUnknown(const HttpResult& result) {
  if (const TransportError* error = result.error()) {
    return error->delivery == Delivery::kMayHaveArrived;
  }
  return std::ranges::count(kUnknownOutcomes, result.response()->status) > 0;
}

bool RefusesTheKey(const HttpResult& result) { return HasStatus(result, kUnauthorized); }

Clock::duration TimeKeptFor(LookUp look_up, Clock::duration whole) {
  switch (look_up) {
    case LookUp::kRead:
      return std::min<Clock::duration>(kLongestTimeKeptForRead, whole / 4);
    case LookUp::kSearch:
      return whole / 2;
    case LookUp::kNone:
      break;
  }
  return Clock::duration::zero();
}

void CallProgress::AddAttempt(const HttpResult& ended, const ResponseClass& ended_class) {
  result = &ended;
  response_class = &ended_class;
  const Outcome of_attempt = OutcomeOf(ended);
  may_have_arrived = may_have_arrived || of_attempt != Outcome::kNone;
  outcome_unknown = outcome_unknown || LeavesOutcomeUnknown(ended);
  outcome = std::max(outcome, of_attempt);
}

void CallProgress::AddState(ResourceState state) {
  if (state == ResourceState::kPending) outcome = Outcome::kUnknown;
  if (state == ResourceState::kFinished) outcome = Outcome::kNone;
  // Somebody else has done it.
  if (state == ResourceState::kDone && !may_have_arrived) outcome = Outcome::kNone;
}

RetryPolicy::RetryPolicy(const RetryOptions& options, std::function<double()> random)
    : options_(options), random_(std::move(random)) {}

RetryDecision RetryPolicy::AfterAttempt(const CallProgress& progress, RetryBudget& budget) const {
  const ResponseClass& response_class = *progress.response_class;
  const bool looks_up = progress.look_up != LookUp::kNone;
  if (response_class.success) {
    // What was done but cannot be shown is looked up.
    const RetryDecision success;
    return response_class.message || !looks_up ? success : LookUpNow(progress, success);
  }
  // Our own earlier attempt is the likely reason why there is nothing left to delete.
  if (progress.deletes && progress.may_have_arrived && HasStatus(*progress.result, kNotFound)) {
    return {.conclusion = Conclusion::kDeletedBefore};
  }
  // Whatever the response says on retrying: first see what a refusal means.
  if (progress.look_up == LookUp::kRead && IsRefusal(*progress.result)) {
    return LookUpNow(progress, Conclude(progress));
  }
  const bool may_retry =
      !progress.time_is_up && MayRetry(*progress.result, response_class, progress.retry_safety);
  const RetryDecision decision = may_retry ? Retry(progress, budget) : Conclude(progress);
  const bool ends = decision.kind == RetryDecision::Kind::kConclude;
  return ends && looks_up && progress.outcome_unknown ? LookUpNow(progress, decision) : decision;
}

RetryDecision RetryPolicy::WithoutTime(const CallProgress& progress) const {
  const bool looks_up = progress.look_up != LookUp::kNone && progress.outcome_unknown;
  const RetryDecision end{.conclusion = Conclusion::kDeadlineExceeded};
  return looks_up ? LookUpNow(progress, end) : end;
}

RetryDecision RetryPolicy::AfterRead(const CallProgress& progress, const HttpResult& read,
                                     const ResponseClass& read_class, ResourceState state,
                                     RetryBudget& budget) const {
  switch (state) {
    case ResourceState::kDone:
      return {.conclusion =
                  progress.may_have_arrived ? Conclusion::kConfirmed : Conclusion::kAlreadyDone};
    case ResourceState::kFinished:
      return {.conclusion = Conclusion::kFinished};
    case ResourceState::kPending: {
      const bool harmless =
          progress.retry_safety == RetrySafety::kIdempotent || !progress.may_have_arrived;
      return harmless && !progress.time_is_up ? Retry(progress, budget) : Conclude(progress);
    }
    case ResourceState::kUnknown:
      break;
  }
  if (!MayRetry(read, read_class, RetrySafety::kIdempotent)) return Conclude(progress);
  return RetryRead(progress, read, read_class, budget);
}

RetryDecision RetryPolicy::RetryRead(const CallProgress& progress, const HttpResult& read,
                                     const ResponseClass& read_class, RetryBudget& budget) const {
  const RetryDecision end = Conclude(progress);
  if (progress.reads >= options_.max_attempts) return end;
  const Clock::duration delay = WaitFor(read_class.retry_after, progress.reads);
  if (progress.remaining && delay >= *progress.remaining) return end;
  if (!budget.TakeRetry()) return end;
  return {.kind = RetryDecision::Kind::kRead,
          .retry_after = end.retry_after,
          .delay = delay,
          .fresh_connection = read.error() != nullptr,
          .reason = ReasonFor(read, read_class)};
}

RetryDecision RetryPolicy::AfterSearch(const CallProgress& progress, const HttpResult& list,
                                       const ResponseClass& list_class) const {
  const RetryDecision end = Conclude(progress);
  const Clock::duration delay = std::max<Clock::duration>(
      kTimeBetweenSearches, list_class.retry_after.value_or(Clock::duration::zero()));
  if (progress.remaining && delay >= *progress.remaining) return end;
  return {.kind = RetryDecision::Kind::kSearch,
          .retry_after = end.retry_after,
          .delay = delay,
          .fresh_connection = list.error() != nullptr};
}

RetryDecision RetryPolicy::Conclude(const CallProgress& progress) const {
  const std::optional<Clock::duration>& asked = progress.response_class->retry_after;
  RetryDecision decision;
  if (progress.time_is_up) decision.conclusion = Conclusion::kDeadlineExceeded;
  if (asked) decision.retry_after = WaitFor(asked, progress.attempts);
  return decision;
}

RetryDecision RetryPolicy::Retry(const CallProgress& progress, RetryBudget& budget) const {
  RetryDecision end = Conclude(progress);
  if (progress.attempts >= options_.max_attempts) return end;
  const Clock::duration delay = WaitFor(progress.response_class->retry_after, progress.attempts);
  if (progress.remaining && delay >= *progress.remaining - progress.time_kept) {
    end.retry_after = delay;
    return end;
  }
  if (!budget.TakeRetry()) return end;
  return {.kind = RetryDecision::Kind::kRetry,
          .delay = delay,
          .fresh_connection = progress.result->error() != nullptr,
          .reason = ReasonFor(*progress.result, *progress.response_class)};
}

Clock::duration RetryPolicy::WaitFor(std::optional<Clock::duration> asked, int attempts) const {
  return std::max(asked.value_or(Clock::duration::zero()), Backoff(attempts));
}

Clock::duration RetryPolicy::Backoff(int attempts) const {
  Clock::duration longest = std::min(options_.initial_backoff, options_.max_backoff);
  // No shift: it would overflow. Full jitter, so that callers who failed together do not return
  // together.
  for (int i = 1; i < attempts && longest < options_.max_backoff; ++i) {
    longest = longest < options_.max_backoff / 2 ? longest * 2 : options_.max_backoff;
  }
  return std::chrono::duration_cast<Clock::duration>(longest * random_());
}

ReconcileResult ReconcileResultOf(ResourceState state, const RetryDecision& decision) {
  if (decision.kind == RetryDecision::Kind::kRetry) return ReconcileResult::kRetried;
  switch (state) {
    case ResourceState::kDone:
      return decision.conclusion == Conclusion::kConfirmed ? ReconcileResult::kConfirmed
                                                           : ReconcileResult::kAlreadyDone;
    case ResourceState::kFinished:
      return ReconcileResult::kFinished;
    default:
      return ReconcileResult::kFailed;
  }
}

}  // namespace gateway
