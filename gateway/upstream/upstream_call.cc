#include "gateway/upstream/upstream_call.h"

#include <algorithm>
#include <utility>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

constexpr int kNotFound = 404;

/// The GET of a resource, in the name of the caller who sent `request`.
std::shared_ptr<const HttpRequest> ReadOf(const HttpRequest& request, std::string url) {
  Headers headers = request.headers;
  std::erase_if(headers,
                [](const Header& header) { return EqualsIgnoreCase(header.name, "Content-Type"); });
  return std::make_shared<const HttpRequest>(
      HttpRequest{"GET", std::move(url), std::move(headers), std::nullopt});
}

}  // namespace

void UpstreamCall::Begin() {
  order_.budget->AddFirstAttempt();
  SendAttempt(false);
}

void UpstreamCall::SendAttempt(bool fresh_connection) {
  if (order_.deadline.HasPassed(client_.Now())) return Finish(Conclusion::kDeadlineExceeded);
  ++outcome_.attempts;
  Send(order_.request, fresh_connection, &UpstreamCall::OnAttemptEnded);
}

void UpstreamCall::Send(const std::shared_ptr<const HttpRequest>& request, bool fresh_connection,
                        void (UpstreamCall::*ended)(HttpResult)) {
  Clock::duration timeout = policy_.options().attempt_timeout;
  const auto remaining = order_.deadline.Remaining(client_.Now());
  until_deadline_ = remaining && *remaining <= timeout;
  if (until_deadline_) timeout = *remaining;
  auto done = [this, ended, request](HttpResult result) {
    transfer_.reset();
    outcome_.upstream_time += result.elapsed;
    if (observer_ != nullptr) observer_->OnTransfer(request->verb, result);
    (this->*ended)(std::move(result));
  };
  transfer_ = client_.Send(request, {.timeout = timeout, .fresh_connection = fresh_connection},
                           std::move(done));
}

bool UpstreamCall::DeadlineEnded(const HttpResult& result) const {
  return until_deadline_ && result.error() != nullptr &&
         result.error()->fault == TransportErrorKind::kTimeout;
}

void UpstreamCall::OnAttemptEnded(HttpResult result) {
  const HttpResult& kept = outcome_.result.emplace(std::move(result));
  last_ = &kept;
  if (DeadlineEnded(kept)) return Finish(Conclusion::kDeadlineExceeded);
  const HttpResponse* answer = kept.response();
  verdict_ = answer != nullptr ? order_.reader->Classify(*answer) : ResponseClass{};
  if (order_.request->verb == "DELETE" && answer != nullptr && answer->status == kNotFound &&
      may_have_arrived_) {
    return Finish(Conclusion::kDeletedBefore);
  }
  may_have_arrived_ = may_have_arrived_ || MayHaveArrived(kept);
  outcome_unknown_ = outcome_unknown_ || LeavesOutcomeUnknown(kept);
  Follow(policy_.Decide(Report(), *order_.budget));
}

AttemptReport UpstreamCall::Report() const {
  return {.attempts = outcome_.attempts,
          .result = last_,
          .verdict = verdict_,
          .retry_safety = order_.retry_safety,
          .reconciles = order_.reconcile_url.has_value(),
          .may_have_arrived = may_have_arrived_,
          .outcome_unknown = outcome_unknown_,
          .remaining = order_.deadline.Remaining(client_.Now())};
}

void UpstreamCall::Follow(const RetryDecision& decision) {
  outcome_.retry_after = decision.retry_after;
  switch (decision.kind) {
    case RetryDecision::Kind::kStop:
      return Finish(Conclusion::kLastAttempt);
    case RetryDecision::Kind::kReconcile:
      return Reconcile();
    case RetryDecision::Kind::kRetry:
      if (observer_ != nullptr) observer_->OnRetry(decision.reason);
      wait_ = client_.StartTimer(decision.delay, [this, fresh = decision.fresh_connection] {
        wait_.reset();
        SendAttempt(fresh);
      });
      return;
  }
}

void UpstreamCall::Reconcile() {
  if (order_.deadline.HasPassed(client_.Now())) return Finish(Conclusion::kDeadlineExceeded);
  // The policy decides so only for routes that have it.
  if (!order_.reconcile_url) return Finish(Conclusion::kLastAttempt);
  Send(ReadOf(*order_.request, *order_.reconcile_url), last_->error() != nullptr,
       &UpstreamCall::OnResource);
}

void UpstreamCall::OnResource(HttpResult result) {
  if (DeadlineEnded(result)) {
    Observe(ReconcileResult::kFailed);
    return Finish(Conclusion::kDeadlineExceeded);
  }
  const HttpResponse* answer = result.response();
  const bool readable = answer != nullptr && answer->status >= 200 && answer->status <= 299;
  const ResourceState state = readable ? order_.reader->StateOf(*answer) : ResourceState::kUnknown;
  if (state == ResourceState::kDone || state == ResourceState::kFinished) {
    outcome_.resource = std::get<HttpResponse>(std::move(result.value));
  }
  Conclude(state);
}

void UpstreamCall::Conclude(ResourceState state) {
  switch (state) {
    case ResourceState::kDone:
      Observe(may_have_arrived_ ? ReconcileResult::kConfirmed : ReconcileResult::kAlreadyDone);
      return Finish(may_have_arrived_ ? Conclusion::kConfirmed : Conclusion::kAlreadyDone);
    case ResourceState::kFinished:
      Observe(ReconcileResult::kFinished);
      return Finish(Conclusion::kFinished);
    case ResourceState::kPending: {
      const RetryDecision decision = policy_.DecideWhilePending(Report(), *order_.budget);
      const bool repeats = decision.kind == RetryDecision::Kind::kRetry;
      Observe(repeats ? ReconcileResult::kRetried : ReconcileResult::kFailed);
      return Follow(decision);
    }
    case ResourceState::kUnknown:
      Observe(ReconcileResult::kFailed);
      return Finish(Conclusion::kLastAttempt);
  }
}

void UpstreamCall::Observe(ReconcileResult outcome) const {
  if (observer_ != nullptr) observer_->OnReconciled(outcome);
}

void UpstreamCall::Finish(Conclusion conclusion) {
  if (transfer_) client_.Abort(*transfer_);
  if (wait_) client_.StopTimer(*wait_);
  outcome_.conclusion = conclusion;
  if (conclusion != Conclusion::kLastAttempt) outcome_.retry_after.reset();
  const auto ended = std::move(ended_);
  ended(std::move(outcome_));
}

}  // namespace gateway
