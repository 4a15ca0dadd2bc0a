#include "gateway/upstream/upstream_call.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <unordered_map>
#include <utility>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

constexpr int kNotFound = 404;

double UniformRandom() {
  thread_local std::mt19937_64 engine(std::random_device{}());
  return std::uniform_real_distribution<double>()(engine);
}

/// The GET of a resource, in the name of the caller who sent `request`.
std::shared_ptr<const HttpRequest> ReadOf(const HttpRequest& request, std::string url) {
  Headers headers = request.headers;
  std::erase_if(headers,
                [](const Header& header) { return EqualsIgnoreCase(header.name, "Content-Type"); });
  return std::make_shared<const HttpRequest>(
      HttpRequest{"GET", std::move(url), std::move(headers), std::nullopt});
}

/// One call, from its hand-over to `done`. Lives on its loop's thread.
class Call {
 public:
  struct Surroundings {
    HttpClient& client;
    const RetryPolicy& policy;
    UpstreamObserver* observer;
  };

  /// `ended` destroys the call and passes its outcome on.
  Call(const Surroundings& surroundings, UpstreamOrder order,
       std::function<void(UpstreamOutcome)> ended)
      : client_(surroundings.client),
        policy_(surroundings.policy),
        observer_(surroundings.observer),
        order_(std::move(order)),
        ended_(std::move(ended)) {}

  void Begin();
  void Cancel() { Finish(Ending::kCancelled); }

 private:
  void SendAttempt(bool fresh_connection);
  void OnAttemptEnded(HttpResult result);
  void Follow(const RetryDecision& decision);
  void Reconcile();
  void OnResource(HttpResult result);
  void Conclude(ResourceState state);
  [[nodiscard]] AttemptReport Report() const;
  /// Sends, for no longer than an attempt or the deadline.
  void Send(const std::shared_ptr<const HttpRequest>& request, bool fresh_connection,
            void (Call::*ended)(HttpResult));
  /// Whether it was the deadline that ended the transfer, not its own timeout.
  [[nodiscard]] bool DeadlineEnded(const HttpResult& result) const;
  void Observe(ReconcileOutcome outcome) const;
  /// Ends whatever is under way. The call is gone when this returns.
  void Finish(Ending ending);

  HttpClient& client_;
  const RetryPolicy& policy_;
  UpstreamObserver* const observer_;
  UpstreamOrder order_;
  std::function<void(UpstreamOutcome)> ended_;

  UpstreamOutcome outcome_;
  /// In the outcome; and what its answer means.
  const HttpResult* last_ = nullptr;
  Verdict verdict_;
  /// Of any attempt so far.
  bool may_have_arrived_ = false;
  bool outcome_unknown_ = false;

  // What is under way: one of these, or neither.
  std::optional<HttpClient::TransferId> transfer_;
  std::optional<HttpClient::TimerId> wait_;
  /// The transfer's timeout is the deadline.
  bool until_deadline_ = false;
};

void Call::Begin() {
  order_.budget->AddFirstAttempt();
  SendAttempt(false);
}

void Call::SendAttempt(bool fresh_connection) {
  if (order_.deadline.HasPassed(client_.Now())) return Finish(Ending::kDeadlineExceeded);
  ++outcome_.attempts;
  Send(order_.request, fresh_connection, &Call::OnAttemptEnded);
}

void Call::Send(const std::shared_ptr<const HttpRequest>& request, bool fresh_connection,
                void (Call::*ended)(HttpResult)) {
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

bool Call::DeadlineEnded(const HttpResult& result) const {
  return until_deadline_ && result.error() != nullptr &&
         result.error()->fault == TransportFault::kTimeout;
}

void Call::OnAttemptEnded(HttpResult result) {
  const HttpResult& kept = outcome_.result.emplace(std::move(result));
  last_ = &kept;
  if (DeadlineEnded(kept)) return Finish(Ending::kDeadlineExceeded);
  const HttpResponse* answer = kept.response();
  verdict_ = answer != nullptr ? order_.reader->Judge(*answer) : Verdict{};
  if (order_.request->verb == "DELETE" && answer != nullptr && answer->status == kNotFound &&
      may_have_arrived_) {
    return Finish(Ending::kDeletedBefore);
  }
  may_have_arrived_ = may_have_arrived_ || MayHaveArrived(kept);
  outcome_unknown_ = outcome_unknown_ || LeavesOutcomeUnknown(kept);
  Follow(policy_.Decide(Report(), *order_.budget));
}

AttemptReport Call::Report() const {
  return {.attempts = outcome_.attempts,
          .result = last_,
          .verdict = verdict_,
          .repeatability = order_.repeatability,
          .reconciles = order_.reconcile_url.has_value(),
          .may_have_arrived = may_have_arrived_,
          .outcome_unknown = outcome_unknown_,
          .remaining = order_.deadline.Remaining(client_.Now())};
}

void Call::Follow(const RetryDecision& decision) {
  outcome_.retry_after = decision.retry_after;
  switch (decision.kind) {
    case RetryDecision::Kind::kStop:
      return Finish(Ending::kAnswered);
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

void Call::Reconcile() {
  if (order_.deadline.HasPassed(client_.Now())) return Finish(Ending::kDeadlineExceeded);
  // The policy decides so only for routes that have it.
  if (!order_.reconcile_url) return Finish(Ending::kAnswered);
  Send(ReadOf(*order_.request, *order_.reconcile_url), last_->error() != nullptr,
       &Call::OnResource);
}

void Call::OnResource(HttpResult result) {
  if (DeadlineEnded(result)) {
    Observe(ReconcileOutcome::kFailed);
    return Finish(Ending::kDeadlineExceeded);
  }
  const HttpResponse* answer = result.response();
  const bool readable = answer != nullptr && answer->status >= 200 && answer->status <= 299;
  const ResourceState state = readable ? order_.reader->StateOf(*answer) : ResourceState::kUnknown;
  if (state == ResourceState::kDone || state == ResourceState::kFinished) {
    outcome_.resource = std::get<HttpResponse>(std::move(result.value));
  }
  Conclude(state);
}

void Call::Conclude(ResourceState state) {
  switch (state) {
    case ResourceState::kDone:
      Observe(may_have_arrived_ ? ReconcileOutcome::kConfirmed : ReconcileOutcome::kAlreadyDone);
      return Finish(may_have_arrived_ ? Ending::kConfirmed : Ending::kAlreadyDone);
    case ResourceState::kFinished:
      Observe(ReconcileOutcome::kFinished);
      return Finish(Ending::kFinished);
    case ResourceState::kPending: {
      const RetryDecision decision = policy_.DecideWhilePending(Report(), *order_.budget);
      const bool repeats = decision.kind == RetryDecision::Kind::kRetry;
      Observe(repeats ? ReconcileOutcome::kRepeated : ReconcileOutcome::kFailed);
      return Follow(decision);
    }
    case ResourceState::kUnknown:
      Observe(ReconcileOutcome::kFailed);
      return Finish(Ending::kAnswered);
  }
}

void Call::Observe(ReconcileOutcome outcome) const {
  if (observer_ != nullptr) observer_->OnReconciled(outcome);
}

void Call::Finish(Ending ending) {
  if (transfer_) client_.Abort(*transfer_);
  if (wait_) client_.StopTimer(*wait_);
  outcome_.ending = ending;
  if (ending != Ending::kAnswered) outcome_.retry_after.reset();
  const auto ended = std::move(ended_);
  ended(std::move(outcome_));
}

}  // namespace

class Upstream::Impl {
 public:
  Impl(const std::vector<HttpClient*>& clients, const RetryOptions& options,
       UpstreamObserver* observer, std::function<double()> random)
      : policy_(options, random ? std::move(random) : UniformRandom), observer_(observer) {
    for (HttpClient* client : clients) lanes_.push_back({.client = client, .calls = {}});
  }

  CallId Start(UpstreamOrder order, std::function<void(UpstreamOutcome)> done);
  void Cancel(CallId id);

 private:
  /// One loop and the calls on it, which its thread alone touches.
  struct Lane {
    HttpClient* client;
    std::unordered_map<CallId, std::shared_ptr<Call>> calls;
  };

  /// Round robin, and known again from the id.
  Lane& LaneOf(CallId id) { return lanes_[id % lanes_.size()]; }

  const RetryPolicy policy_;
  UpstreamObserver* const observer_;
  std::vector<Lane> lanes_;
  std::atomic<CallId> next_id_ = 1;
};

Upstream::CallId Upstream::Impl::Start(UpstreamOrder order,
                                       std::function<void(UpstreamOutcome)> done) {
  const CallId id = next_id_++;
  Lane& lane = LaneOf(id);
  auto ended = [&lane, id, done = std::move(done)](UpstreamOutcome outcome) {
    const auto call = lane.calls.extract(id);  // Destroyed when this returns.
    done(std::move(outcome));
  };
  const Call::Surroundings surroundings{*lane.client, policy_, observer_};
  // Shared only because a posted task must be copyable.
  auto call = std::make_shared<Call>(surroundings, std::move(order), std::move(ended));
  lane.client->Post([&lane, id, call = std::move(call)] {
    lane.calls.emplace(id, call);
    call->Begin();
  });
  return id;
}

void Upstream::Impl::Cancel(CallId id) {
  Lane& lane = LaneOf(id);
  lane.client->Post([&lane, id] {
    const auto found = lane.calls.find(id);
    if (found != lane.calls.end()) found->second->Cancel();
  });
}

Upstream::Upstream(const std::vector<HttpClient*>& clients, const RetryOptions& options,
                   UpstreamObserver* observer, std::function<double()> random)
    : impl_(std::make_unique<Impl>(clients, options, observer, std::move(random))) {}

Upstream::~Upstream() = default;

Upstream::CallId Upstream::Start(UpstreamOrder order, std::function<void(UpstreamOutcome)> done) {
  return impl_->Start(std::move(order), std::move(done));
}

void Upstream::Cancel(CallId id) { impl_->Cancel(id); }

}  // namespace gateway
