#include "gateway/upstream/upstream_call.h"

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

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
  progress_ = {.retry_safety = spec_.retry_safety,
               .deletes = spec_.request->verb == "DELETE",
               .reconciles = spec_.reconcile_url.has_value(),
               .attempts = 0,
               .remaining = {}};
  spec_.budget->AddFirstAttempt();
  SendAttempt(false);
}

void UpstreamCall::SendAttempt(bool fresh_connection) {
  if (spec_.deadline.HasPassed(loop_.Now())) return Finish(Conclusion::kDeadlineExceeded);
  ++progress_.attempts;
  Send(spec_.request, fresh_connection, &UpstreamCall::OnAttemptEnded);
}

void UpstreamCall::Send(const std::shared_ptr<const HttpRequest>& request, bool fresh_connection,
                        void (UpstreamCall::*ended)(HttpResult)) {
  Clock::duration timeout = policy_.options().attempt_timeout;
  const auto remaining = spec_.deadline.Remaining(loop_.Now());
  until_deadline_ = remaining && *remaining <= timeout;
  if (until_deadline_) timeout = *remaining;
  auto done = [this, ended, request](HttpResult result) {
    transfer_.reset();
    result_.upstream_time += result.elapsed;
    if (observer_ != nullptr) observer_->OnTransfer(request->verb, result);
    (this->*ended)(std::move(result));
  };
  transfer_ = loop_.Send(request, {.timeout = timeout, .fresh_connection = fresh_connection},
                         std::move(done));
}

bool UpstreamCall::DeadlineEnded(const HttpResult& result) const {
  return until_deadline_ && result.error() != nullptr &&
         result.error()->fault == TransportErrorKind::kTimeout;
}

void UpstreamCall::OnAttemptEnded(HttpResult result) {
  HttpResult& kept = result_.result.emplace(std::move(result));
  if (DeadlineEnded(kept)) return Finish(Conclusion::kDeadlineExceeded);
  auto* response = std::get_if<HttpResponse>(&kept.value);
  result_.response_class =
      response != nullptr ? spec_.classifier->Classify(*response) : ResponseClass{};
  progress_.AddAttempt(kept, result_.response_class);
  progress_.remaining = spec_.deadline.Remaining(loop_.Now());
  Follow(policy_.AfterAttempt(progress_, *spec_.budget));
}

void UpstreamCall::Follow(const RetryDecision& decision) {
  result_.retry_after = decision.retry_after;
  switch (decision.kind) {
    case RetryDecision::Kind::kConclude:
      return Finish(decision.conclusion);
    case RetryDecision::Kind::kRead:
      return SendRead();
    case RetryDecision::Kind::kRetry:
      if (observer_ != nullptr) observer_->OnRetry(decision.reason);
      wait_ = loop_.StartTimer(decision.delay, [this, fresh = decision.fresh_connection] {
        wait_.reset();
        SendAttempt(fresh);
      });
      return;
  }
}

void UpstreamCall::SendRead() {
  if (spec_.deadline.HasPassed(loop_.Now())) return Finish(Conclusion::kDeadlineExceeded);
  const bool fresh_connection = result_.result->error() != nullptr;
  Send(ReadOf(*spec_.request, spec_.reconcile_url.value()), fresh_connection,
       &UpstreamCall::OnReadEnded);
}

void UpstreamCall::OnReadEnded(HttpResult result) {
  if (DeadlineEnded(result)) {
    CountReconciled(ReconcileResult::kFailed);
    return Finish(Conclusion::kDeadlineExceeded);
  }
  Resource resource;
  if (auto* response = std::get_if<HttpResponse>(&result.value)) {
    if (IsSuccess(response->status)) resource = spec_.classifier->ReadResource(*response);
  }
  const ResourceState state = resource.state;
  if (state == ResourceState::kDone || state == ResourceState::kFinished) {
    result_.resource_response = std::get<HttpResponse>(std::move(result.value));
    result_.resource = std::move(resource);
  }
  progress_.remaining = spec_.deadline.Remaining(loop_.Now());
  const RetryDecision decision = policy_.AfterRead(progress_, state, *spec_.budget);
  CountReconciled(ReconcileResultOf(state, decision));
  Follow(decision);
}

void UpstreamCall::CountReconciled(ReconcileResult result) const {
  if (observer_ != nullptr) observer_->OnReconciled(result);
}

void UpstreamCall::Finish(Conclusion conclusion) {
  if (transfer_) loop_.Abort(*transfer_);
  if (wait_) loop_.StopTimer(*wait_);
  result_.conclusion = conclusion;
  result_.attempts = progress_.attempts;
  if (conclusion != Conclusion::kLastAttempt) result_.retry_after.reset();
  const auto ended = std::move(ended_);
  ended(std::move(result_));
}

}  // namespace gateway
