#include "gateway/upstream/retry_policy.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gateway {
namespace {

/// Answers by which an upstream refuses what a route with a reconciling GET asks for.
constexpr std::array kRefusals = {400, 409, 422};
constexpr std::array kUnknownOutcomes = {408, 502, 503, 504};
constexpr int kRequestTimeout = 408;

bool IsRefusal(const HttpResult& result) {
  const HttpResponse* answer = result.response();
  return answer != nullptr && std::ranges::count(kRefusals, answer->status) > 0;
}

bool MayRepeat(const AttemptReport& report) {
  const bool idempotent = report.retry_safety == RetrySafety::kIdempotent;
  const TransportError* error = report.result->error();
  if (error == nullptr) {
    return report.verdict.rate_limited || (report.verdict.unavailable && idempotent);
  }
  switch (error->fault) {
    case TransportErrorKind::kResponseTooLarge:
    case TransportErrorKind::kHeadersTooLarge:
      return false;  // It would be as large again.
    case TransportErrorKind::kMalformed:
      // Not even sent: the request itself is at fault.
      return idempotent && error->delivery == Delivery::kMayHaveArrived;
    default:
      return idempotent || error->delivery == Delivery::kNeverSent;
  }
}

RetryReason ReasonFor(const AttemptReport& report) {
  if (report.verdict.rate_limited) return RetryReason::kRateLimited;
  const TransportError* error = report.result->error();
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

RetryPolicy::RetryPolicy(const RetryOptions& options, std::function<double()> random)
    : options_(options), random_(std::move(random)) {}

RetryDecision RetryPolicy::Decide(const AttemptReport& report, RetryBudget& budget) const {
  using Kind = RetryDecision::Kind;
  if (report.verdict.success) return {};
  RetryDecision decision;
  decision.retry_after = report.verdict.retry_after;
  // Whatever the answer says on repeating: first see what a refusal means.
  if (report.reconciles && IsRefusal(*report.result)) {
    decision.kind = Kind::kReconcile;
    return decision;
  }
  if (MayRepeat(report)) decision = Repeat(report, budget);
  if (decision.kind == Kind::kStop && report.reconciles && report.outcome_unknown) {
    decision.kind = Kind::kReconcile;
  }
  return decision;
}

RetryDecision RetryPolicy::DecideWhilePending(const AttemptReport& report,
                                              RetryBudget& budget) const {
  const bool harmless = report.retry_safety == RetrySafety::kIdempotent || !report.may_have_arrived;
  if (harmless) return Repeat(report, budget);
  RetryDecision decision;
  decision.retry_after = report.verdict.retry_after;
  return decision;
}

RetryDecision RetryPolicy::Repeat(const AttemptReport& report, RetryBudget& budget) const {
  RetryDecision decision;
  decision.retry_after = report.verdict.retry_after;
  if (report.attempts >= options_.max_attempts) return decision;
  const Clock::duration delay = report.verdict.retry_after.value_or(Backoff(report.attempts));
  if (report.remaining && delay >= *report.remaining) {
    decision.retry_after = delay;
    return decision;
  }
  if (!budget.TakeRetry()) return decision;
  decision.kind = RetryDecision::Kind::kRetry;
  decision.delay = delay;
  decision.fresh_connection = report.result->error() != nullptr;
  decision.reason = ReasonFor(report);
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

}  // namespace gateway
