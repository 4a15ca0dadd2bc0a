// The course of one call to an upstream: attempts, waits and the reconciling read, up to one
// result.
//
// Not thread-safe; used on the loop thread only, from Begin to `ended`. Knows HTTP but no message:
// it asks a ResponseClassifier what a response means, and a RetryPolicy what to do next.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/upstream/http_loop.h"
#include "gateway/upstream/retry_policy.h"
#include "gateway/upstream/upstream_result.h"

namespace gateway {

/// All that a call needs. Made by serving from a compiled route.
struct UpstreamCallSpec {
  std::shared_ptr<const HttpRequest> request;
  /// The caller's, capped at --timeout.
  Deadline deadline = Deadline::Infinite();
  RetrySafety retry_safety = RetrySafety::kOnlyUnsent;
  /// How to find out what became of the call, and the URL of the GET for it; its headers are the
  /// request's.
  LookUp look_up = LookUp::kNone;
  std::string look_up_url;
  /// With kSearch: the marker in the request.
  std::string marker;
  /// Outlives the call.
  const ResponseClassifier* classifier = nullptr;
  /// Shared by all calls to the same upstream; outlives them.
  RetryBudget* budget = nullptr;
};

/// Counts what calls do. Thread-safe.
class UpstreamObserver {
 public:
  virtual ~UpstreamObserver() = default;
  /// A transfer has ended, of the call's own request or of the reconciling GET. Not for those that
  /// a cancel has ended.
  virtual void OnTransfer(std::string_view verb, const HttpResult& result) = 0;
  virtual void OnRetry(RetryReason reason) = 0;
  virtual void OnReconciled(ReconcileResult result) = 0;
};

class UpstreamCall {
 public:
  /// What is the same for all calls of a loop; outlives them.
  struct Environment {
    HttpLoop& loop;
    const RetryPolicy& policy;
    /// May be null.
    UpstreamObserver* observer;
  };

  /// `ended` runs exactly once; it may destroy this.
  UpstreamCall(const Environment& environment, UpstreamCallSpec spec,
               std::function<void(UpstreamResult)> ended)
      : loop_(environment.loop),
        policy_(environment.policy),
        observer_(environment.observer),
        spec_(std::move(spec)),
        ended_(std::move(ended)) {}

  void Begin();
  /// Ends the call early: kCancelled or kDraining.
  void End(Conclusion conclusion);

 private:
  void SendAttempt(bool fresh_connection);
  void OnAttemptEnded(HttpResult result);
  void Follow(const RetryDecision& decision);
  /// Sends at once, or after the decision's wait.
  void After(const RetryDecision& decision, void (UpstreamCall::*next)(bool fresh_connection));
  /// Sends the GET that reads or lists.
  void SendLookUp(bool fresh_connection);
  void OnLookUpEnded(HttpResult result);
  void OnRead(HttpResult result);
  void OnListed(HttpResult result);
  /// Sends, for no longer than an attempt and `time`, what the call has left for it.
  void Send(const std::shared_ptr<const HttpRequest>& request, std::optional<Clock::duration> time,
            bool fresh_connection, void (UpstreamCall::*ended)(HttpResult));
  /// Whether the call's time ended the transfer, not the attempt timeout.
  [[nodiscard]] bool EndedByCall(const HttpResult& result) const;
  /// What a response means; the default for a transport error.
  [[nodiscard]] ResponseClass ClassOf(HttpResult& result) const;
  void CountReconciled(ReconcileResult result) const;
  /// Ends whatever is under way. The call is gone when this returns.
  void Finish(Conclusion conclusion);

  HttpLoop& loop_;
  const RetryPolicy& policy_;
  UpstreamObserver* const observer_;
  UpstreamCallSpec spec_;
  std::function<void(UpstreamResult)> ended_;

  UpstreamResult result_;
  /// Points into `result_`.
  CallProgress progress_;

  // What is under way: one of these, or neither.
  std::optional<HttpLoop::TransferId> transfer_;
  std::optional<HttpLoop::TimerId> wait_;
  /// The transfer's timeout is what the call has left.
  bool bounded_by_call_ = false;
};

}  // namespace gateway
