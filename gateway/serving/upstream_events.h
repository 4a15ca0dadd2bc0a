// Upstream calls' events, passed on to the metrics, and to who must know that our key is not
// accepted. Thread-safe; the telemetry must outlive it.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "gateway/telemetry/metrics.h"
#include "gateway/upstream/upstream_call.h"

namespace gateway {

class UpstreamEvents final : public UpstreamObserver {
 public:
  /// `on_unauthorized` runs whenever the upstream refuses the key, on that loop's thread.
  UpstreamEvents(Metrics& telemetry, std::function<void()> on_unauthorized)
      : telemetry_(telemetry), on_unauthorized_(std::move(on_unauthorized)) {}

  void OnTransfer(std::string_view verb, const HttpResult& result) override {
    const HttpResponse* response = result.response();
    telemetry_.UpstreamRequest(
        verb, response != nullptr ? std::optional(response->status) : std::nullopt, result.elapsed);
    if (RefusesTheKey(result)) on_unauthorized_();
  }
  void OnRetry(RetryReason reason) override { telemetry_.Retried(reason); }
  void OnReconciled(ReconcileResult result) override { telemetry_.Reconciled(result); }

 private:
  Metrics& telemetry_;
  const std::function<void()> on_unauthorized_;
};

}  // namespace gateway
