#include "gateway/upstream/upstream_call.h"

#include <algorithm>

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

/// Null: the result is no success.
HttpResponse* SuccessIn(HttpResult& result) {
  auto* const response = std::get_if<HttpResponse>(&result.value);
  return response != nullptr && IsSuccess(response->status) ? response : nullptr;
}

/// What libcurl shows like a whole response.
TransportError CutShort(const HttpResponse& response) {
  return {.kind = TransportErrorKind::kTruncated,
          .delivery = Delivery::kMayHaveArrived,
          .text = "the response ended before its content",
          .http_status = response.status};
}

}  // namespace

void UpstreamCall::Begin() {
  const auto whole = spec_.deadline.Remaining(loop_.Now());
  progress_ = {.retry_safety = spec_.retry_safety,
               .deletes = spec_.request->verb == "DELETE",
               .look_up = spec_.look_up,
               .attempts = 0,
               .response_class = &result_.response_class,
               .time_kept = whole ? TimeKeptFor(spec_.look_up, *whole) : Clock::duration::zero()};
  spec_.budget->AddFirstAttempt();
  SendAttempt(false);
}

void UpstreamCall::SendAttempt(bool fresh_connection) {
  const auto remaining = spec_.deadline.Remaining(loop_.Now());
  std::optional<Clock::duration> time;
  if (remaining) time = *remaining - progress_.time_kept;
  if (time && *time <= Clock::duration::zero()) {
    progress_.time_is_up = true;
    return Follow(policy_.WithoutTime(progress_));
  }
  ++progress_.attempts;
  progress_.reads = 0;
  Send(spec_.request, time, fresh_connection, &UpstreamCall::OnAttemptEnded);
}

void UpstreamCall::Send(const std::shared_ptr<const HttpRequest>& request,
                        std::optional<Clock::duration> time, bool fresh_connection,
                        void (UpstreamCall::*ended)(HttpResult)) {
  Clock::duration timeout = policy_.options().attempt_timeout;
  bounded_by_call_ = time && *time <= timeout;
  if (bounded_by_call_) timeout = *time;
  auto done = [this, ended, request](HttpResult result) {
    transfer_.reset();
    result_.upstream_time += result.elapsed;
    const HttpResponse* response = result.response();
    if (response != nullptr && response->may_be_cut && spec_.classifier->IsCut(*response)) {
      result.value = CutShort(*response);
    }
    if (observer_ != nullptr) observer_->OnTransfer(request->verb, result);
    (this->*ended)(std::move(result));
  };
  transfer_ = loop_.Send(request, {.timeout = timeout, .fresh_connection = fresh_connection},
                         std::move(done));
}

bool UpstreamCall::EndedByCall(const HttpResult& result) const {
  return bounded_by_call_ && result.error() != nullptr &&
         result.error()->kind == TransportErrorKind::kTimeout;
}

ResponseClass UpstreamCall::ClassOf(HttpResult& result) const {
  auto* response = std::get_if<HttpResponse>(&result.value);
  return response != nullptr ? spec_.classifier->Classify(*response) : ResponseClass{};
}

void UpstreamCall::OnAttemptEnded(HttpResult result) {
  HttpResult& kept = result_.result.emplace(std::move(result));
  result_.response_class = ClassOf(kept);
  progress_.AddAttempt(kept, result_.response_class);
  progress_.time_is_up = EndedByCall(kept);
  progress_.remaining = spec_.deadline.Remaining(loop_.Now());
  Follow(policy_.AfterAttempt(progress_, *spec_.budget));
}

void UpstreamCall::Follow(const RetryDecision& decision) {
  result_.retry_after = decision.retry_after;
  if (decision.reason && observer_ != nullptr) observer_->OnRetry(*decision.reason);
  switch (decision.kind) {
    case RetryDecision::Kind::kConclude:
      return Finish(decision.conclusion);
    case RetryDecision::Kind::kRetry:
      return After(decision, &UpstreamCall::SendAttempt);
    case RetryDecision::Kind::kRead:
    case RetryDecision::Kind::kSearch:
      return After(decision, &UpstreamCall::SendLookUp);
  }
}

void UpstreamCall::After(const RetryDecision& decision, void (UpstreamCall::*next)(bool)) {
  const bool fresh = decision.fresh_connection;
  // A retry always has a timer, so that the loop gets its turn.
  const bool waits = decision.reason || decision.delay > Clock::duration::zero();
  if (!waits) return (this->*next)(fresh);
  wait_ = loop_.StartTimer(decision.delay, [this, next, fresh] {
    wait_.reset();
    (this->*next)(fresh);
  });
}

void UpstreamCall::SendLookUp(bool fresh_connection) {
  const auto remaining = spec_.deadline.Remaining(loop_.Now());
  if (remaining && *remaining <= Clock::duration::zero()) {
    return Finish(Conclusion::kDeadlineExceeded);
  }
  ++progress_.reads;
  Send(ReadOf(*spec_.request, spec_.look_up_url), remaining, fresh_connection,
       &UpstreamCall::OnLookUpEnded);
}

void UpstreamCall::OnLookUpEnded(HttpResult result) {
  if (EndedByCall(result)) {
    CountReconciled(ReconcileResult::kFailed);
    return Finish(Conclusion::kDeadlineExceeded);
  }
  progress_.remaining = spec_.deadline.Remaining(loop_.Now());
  if (spec_.look_up == LookUp::kSearch) return OnListed(std::move(result));
  OnRead(std::move(result));
}

void UpstreamCall::OnRead(HttpResult result) {
  Resource resource;
  ResponseClass error_class;
  if (HttpResponse* const success = SuccessIn(result)) {
    resource = spec_.classifier->ReadResource(*success);
  } else {
    error_class = ClassOf(result);
  }
  const ResourceState state = resource.state;
  progress_.AddState(state);
  const RetryDecision decision =
      policy_.AfterRead(progress_, result, error_class, state, *spec_.budget);
  if (state == ResourceState::kDone || state == ResourceState::kFinished) {
    result_.resource_response = std::get<HttpResponse>(std::move(result.value));
    result_.resource = std::move(resource);
  }
  if (decision.kind != RetryDecision::Kind::kRead) {
    CountReconciled(ReconcileResultOf(state, decision));
  }
  Follow(decision);
}

void UpstreamCall::OnListed(HttpResult result) {
  ResponseClass error_class;
  if (HttpResponse* const success = SuccessIn(result)) {
    if (auto found = spec_.classifier->FindMarked(*success, spec_.marker)) {
      result_.resource_response = std::move(*success);
      result_.resource = {
          .state = ResourceState::kDone, .state_name = {}, .message = *std::move(found)};
      CountReconciled(ReconcileResult::kConfirmed);
      return Finish(Conclusion::kFound);
    }
  } else {
    error_class = ClassOf(result);
  }
  const RetryDecision decision = policy_.AfterSearch(progress_, result, error_class);
  if (decision.kind == RetryDecision::Kind::kConclude) CountReconciled(ReconcileResult::kFailed);
  Follow(decision);
}

void UpstreamCall::CountReconciled(ReconcileResult result) const {
  if (observer_ != nullptr) observer_->OnReconciled(result);
}

void UpstreamCall::End(Conclusion conclusion) {
  // An attempt that is under way may have arrived.
  if (transfer_ && progress_.reads == 0) {
    progress_.outcome = std::max(progress_.outcome, Outcome::kUnknown);
  }
  Finish(conclusion);
}

void UpstreamCall::Finish(Conclusion conclusion) {
  if (transfer_) loop_.Abort(*transfer_);
  if (wait_) loop_.StopTimer(*wait_);
  result_.conclusion = conclusion;
  result_.attempts = progress_.attempts;
  result_.outcome = progress_.outcome;
  if (progress_.may_have_arrived) result_.marker = std::move(spec_.marker);
  if (conclusion != Conclusion::kLastAttempt) result_.retry_after.reset();
  const auto ended = std::move(ended_);
  ended(std::move(result_));
}

}  // namespace gateway
