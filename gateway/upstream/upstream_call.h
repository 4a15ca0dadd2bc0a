// One call to an upstream: attempts, waits and the reconciling read, up to one outcome.
//
// `Upstream` is the door for other threads: Start and Cancel may be called from any. What a call
// does, it does on one loop thread, and so does `done`. It knows HTTP but no message: what an
// answer means it asks of an AnswerReader. The rules are those of retry_policy.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/answer.h"
#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/telemetry/call_events.h"
#include "gateway/upstream/http_client.h"
#include "gateway/upstream/retry_policy.h"

namespace gateway {

/// What answers mean. Const and thread-safe: one per route, it outlives all calls.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  /// Of an answer to the call's own request.
  [[nodiscard]] virtual Verdict Judge(const HttpResponse& answer) const = 0;
  /// Of an answer to the reconciling GET.
  [[nodiscard]] virtual ResourceState StateOf(const HttpResponse& answer) const = 0;
};

/// All that a call needs. Made by serving from a compiled route.
struct UpstreamOrder {
  std::shared_ptr<const HttpRequest> request;
  /// The caller's, capped at --timeout.
  Deadline deadline = Deadline::Infinite();
  Repeatability repeatability = Repeatability::kOnlyUnsent;
  /// Where a GET reads the resource, for routes that reconcile; its headers are the request's.
  std::optional<std::string> reconcile_url;
  /// Outlives the call.
  const AnswerReader* reader = nullptr;
  /// Shared by all calls to the same upstream; outlives them.
  RetryBudget* budget = nullptr;
};

/// How a call ended.
enum class Ending {
  kAnswered,          ///< `result` is the answer, a success or a failure, or the transport error.
  kConfirmed,         ///< Reconciled: this call has done it. `resource` is what the GET read.
  kAlreadyDone,       ///< Reconciled: it was done, and not by this call.
  kFinished,          ///< Reconciled: the resource is in another final state.
  kDeletedBefore,     ///< DELETE answered 404 after an attempt that may have arrived: a success.
  kDeadlineExceeded,  ///< The deadline passed, wherever the call was.
  kCancelled,         ///< By Cancel.
};

struct UpstreamOutcome {
  Ending ending = Ending::kAnswered;
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
  virtual void OnReconciled(ReconcileOutcome outcome) = 0;
};

class Upstream {
 public:
  using CallId = std::uint64_t;

  /// `clients`: one per loop thread, at least one. They must outlive this, and their loops must be
  /// stopped before this is destroyed. `observer` may be null, else it outlives this. `random` is
  /// uniform in [0, 1) and thread-safe; empty: a real source.
  Upstream(const std::vector<HttpClient*>& clients, const RetryOptions& options,
           UpstreamObserver* observer = nullptr, std::function<double()> random = {});
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  /// Begins a call on one of the loops. `done` runs exactly once, on that loop's thread.
  CallId Start(UpstreamOrder order, std::function<void(UpstreamOutcome)> done);

  /// Ends a call early, with Ending::kCancelled. An unknown or ended call is a no-op.
  void Cancel(CallId id);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
