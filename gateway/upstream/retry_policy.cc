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

/// 0 for a transport error.
int StatusOf(const HttpResult& result) {
  const HttpResponse* response = result.response();
  return response != nullptr ? response->status : 0;
}

bool IsRefusal(const HttpResult& result) {
  return std::ranges::count(kRefusals, StatusOf(result)) > 0;
}

bool MayRetry(const CallProgress& progress) {
  const bool idempotent = progress.retry_safety == RetrySafety::kIdempotent;
  const TransportError* error = progress.result->error();
  if (error == nullptr) {
    const ResponseClass& response_class = *progress.response_class;
    return response_class.rate_limited || (response_class.unavailable && idempotent);
  }
  switch (error->fault) {
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

RetryReason ReasonFor(const CallProgress& progress) {
  if (progress.response_class->rate_limited) return RetryReason::kRateLimited;
  const TransportError* error = progress.result->error();
  if (error == nullptr) return RetryReason::kStatus;
  return error->fault == TransportErrorKind::kTimeout ? RetryReason::kTimeout
                                                      : RetryReason::kTransport;
}

}  // namespace

void RetryBudget::AddFirstAttempt() {
  int before = hundredths_.load(std::memory_order_relaxed);
  while (before < kMaxTokens * kToken) {
    const int after = std::min(before + kPercentOfFirstAttempts, kMaxTokens * kToken);
    if (hundredths_.compare_exchange_weak(before, after, std::memory_order_relaxed)) return;
  }
}

bool RetryBudget::TakeRetry() {
  int before = hundredths_.load(std::memory_order_relaxed);
  while (before >= kToken) {
    if (hundredths_.compare_exchange_weak(before, before - kToken, std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

bool MayHaveArrived(const HttpResult& result) {
  if (const TransportError* error = result.error()) {
    return error->delivery == Delivery::kMayHaveArrived;
  }
  const int status = result.response()->status;
  return status < 400 || status > 499 || status == kRequestTimeout;
}

bool LeavesOutcomeUnknown(const HttpResult& result) {
  if (result.error() != nullptr) return MayHaveArrived(result);
  return std::ranges::count(kUnknownOutcomes, result.response()->status) > 0;
}

bool RefusesTheKey(const HttpResult& result) { return StatusOf(result) == kUnauthorized; }

void CallProgress::AddAttempt(const HttpResult& ended, const ResponseClass& ended_class) {
  result = &ended;
  response_class = &ended_class;
  may_have_arrived = may_have_arrived || MayHaveArrived(ended);
  outcome_unknown = outcome_unknown || LeavesOutcomeUnknown(ended);
}

RetryPolicy::RetryPolicy(const RetryOptions& options, std::function<double()> random)
    : options_(options), random_(std::move(random)) {}

RetryDecision RetryPolicy::AfterAttempt(const CallProgress& progress, RetryBudget& budget) const {
  using Kind = RetryDecision::Kind;
  const ResponseClass& response_class = *progress.response_class;
  if (response_class.success) return {};
  // Our own earlier attempt is the likely reason why there is nothing left to delete.
  const bool gone = StatusOf(*progress.result) == kNotFound;
  if (progress.deletes && gone && progress.may_have_arrived) {
    return {.conclusion = Conclusion::kDeletedBefore, .retry_after = {}};
  }
  RetryDecision decision{.retry_after = response_class.retry_after};
  // Whatever the response says on retrying: first see what a refusal means.
  if (progress.reconciles && IsRefusal(*progress.result)) {
    decision.kind = Kind::kRead;
    return decision;
  }
  if (MayRetry(progress)) decision = Retry(progress, budget);
  if (decision.kind == Kind::kConclude && progress.reconciles && progress.outcome_unknown) {
    decision.kind = Kind::kRead;
  }
  return decision;
}

RetryDecision RetryPolicy::AfterRead(const CallProgress& progress, ResourceState state,
                                     RetryBudget& budget) const {
  switch (state) {
    case ResourceState::kDone:
      return {.conclusion =
                  progress.may_have_arrived ? Conclusion::kConfirmed : Conclusion::kAlreadyDone,
              .retry_after = {}};
    case ResourceState::kFinished:
      return {.conclusion = Conclusion::kFinished, .retry_after = {}};
    case ResourceState::kPending:
      return WhilePending(progress, budget);
    case ResourceState::kUnknown:
      break;
  }
  return {.retry_after = progress.response_class->retry_after};
}

RetryDecision RetryPolicy::WhilePending(const CallProgress& progress, RetryBudget& budget) const {
  const bool harmless =
      progress.retry_safety == RetrySafety::kIdempotent || !progress.may_have_arrived;
  if (harmless) return Retry(progress, budget);
  return {.retry_after = progress.response_class->retry_after};
}

RetryDecision RetryPolicy::Retry(const CallProgress& progress, RetryBudget& budget) const {
  const std::optional<Clock::duration>& asked = progress.response_class->retry_after;
  RetryDecision decision{.retry_after = asked};
  if (progress.attempts >= options_.max_attempts) return decision;
  const Clock::duration delay = asked.value_or(Backoff(progress.attempts));
  if (progress.remaining && delay >= *progress.remaining) {
    decision.retry_after = delay;
    return decision;
  }
  if (!budget.TakeRetry()) return decision;
  decision.kind = RetryDecision::Kind::kRetry;
  decision.delay = delay;
  decision.fresh_connection = progress.result->error() != nullptr;
  decision.reason = ReasonFor(progress);
  decision.retry_after.reset();
  return decision;
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
