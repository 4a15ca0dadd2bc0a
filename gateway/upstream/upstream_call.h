// The course of one call to an upstream: attempts, waits and the reconciling read, up to one
// result.
//
// Belongs to its loop's thread, from Begin to `done`. Knows HTTP but no message: what a response
// means it asks a ResponseClassifier. The rules are those of retry_policy.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"
#include "gateway/telemetry/call_events.h"
#include "gateway/upstream/http_loop.h"
#include "gateway/upstream/retry_policy.h"

namespace gateway {

/// What answers mean. Const and thread-safe: one per route, it outlives all calls.
class ResponseClassifier {
 public:
  virtual ~ResponseClassifier() = default;
  /// Of an answer to the call's own request.
  [[nodiscard]] virtual ResponseClass Classify(const HttpResponse& answer) const = 0;
  /// Of an answer to the reconciling GET.
  [[nodiscard]] virtual ResourceState StateOf(const HttpResponse& answer) const = 0;
};

/// All that a call needs. Made by serving from a compiled route.
struct UpstreamCallSpec {
  std::shared_ptr<const HttpRequest> request;
  /// The caller's, capped at --timeout.
  Deadline deadline = Deadline::Infinite();
  RetrySafety retry_safety = RetrySafety::kOnlyUnsent;
  /// Where a GET reads the resource, for routes that reconcile; its headers are the request's.
  std::optional<std::string> reconcile_url;
  /// Outlives the call.
  const ResponseClassifier* reader = nullptr;
  /// Shared by all calls to the same upstream; outlives them.
  RetryBudget* budget = nullptr;
};

/// How a call ended.
enum class Conclusion {
  kLastAttempt,       ///< `result` is the answer, a success or a failure, or the transport error.
  kConfirmed,         ///< Reconciled: this call has done it. `resource` is what the GET read.
  kAlreadyDone,       ///< Reconciled: it was done, and not by this call.
  kFinished,          ///< Reconciled: the resource is in another final state.
  kDeletedBefore,     ///< DELETE answered 404 after an attempt that may have arrived: a success.
  kDeadlineExceeded,  ///< The deadline passed, wherever the call was.
  kCancelled,         ///< By Cancel.
};

struct UpstreamResult {
  Conclusion conclusion = Conclusion::kLastAttempt;
  /// Of the last attempt of the call's own request; nothing if none ended.
  std::optional<HttpResult> result;
  /// The reconciling GET's answer: for kConfirmed, kAlreadyDone and kFinished.
  std::optional<HttpResponse> resource;
  /// Attempts begun of the call's own request.
  int attempts = 0;
  /// A wait that was not begun because it would outlive the deadline, or what the answer asks a
  /// later call to wait: goes out as RetryInfo.
  std::optional<Clock::duration> retry_after;
  /// Time in transfers, waits not included.
  std::chrono::nanoseconds upstream_time{0};
};

/// Counts what calls do. Called on the loop threads: thread-safe.
class UpstreamObserver {
 public:
  virtual ~UpstreamObserver() = default;
  /// A transfer has ended, of the call's own request or of the reconciling GET. Not for those that
  /// Cancel has ended.
  virtual void OnTransfer(std::string_view verb, const HttpResult& result) = 0;
  virtual void OnRetry(RetryReason reason) = 0;
  virtual void OnReconciled(ReconcileResult outcome) = 0;
};

/// One call, from its hand-over to `done`. Lives on its loop's thread.
class UpstreamCall {
 public:
  struct Environment {
    HttpLoop& client;
    const RetryPolicy& policy;
    UpstreamObserver* observer;
  };

  /// `ended` destroys the call and passes its outcome on.
  UpstreamCall(const Environment& environment, UpstreamCallSpec order,
               std::function<void(UpstreamResult)> ended)
      : client_(environment.client),
        policy_(environment.policy),
        observer_(environment.observer),
        order_(std::move(order)),
        ended_(std::move(ended)) {}

  void Begin();
  void Cancel() { Finish(Conclusion::kCancelled); }

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
            void (UpstreamCall::*ended)(HttpResult));
  /// Whether it was the deadline that ended the transfer, not its own timeout.
  [[nodiscard]] bool DeadlineEnded(const HttpResult& result) const;
  void Observe(ReconcileResult outcome) const;
  /// Ends whatever is under way. The call is gone when this returns.
  void Finish(Conclusion conclusion);

  HttpLoop& client_;
  const RetryPolicy& policy_;
  UpstreamObserver* const observer_;
  UpstreamCallSpec order_;
  std::function<void(UpstreamResult)> ended_;

  UpstreamResult outcome_;
  /// In the outcome; and what its answer means.
  const HttpResult* last_ = nullptr;
  ResponseClass verdict_;
  /// Of any attempt so far.
  bool may_have_arrived_ = false;
  bool outcome_unknown_ = false;

  // What is under way: one of these, or neither.
  std::optional<HttpLoop::TransferId> transfer_;
  std::optional<HttpLoop::TimerId> wait_;
  /// The transfer's timeout is the deadline.
  bool until_deadline_ = false;
};

}  // namespace gateway
