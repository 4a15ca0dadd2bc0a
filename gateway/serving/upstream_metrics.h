// Upstream calls' events, passed on to the metrics. Thread-safe; the telemetry must outlive it.
#pragma once

#include <string_view>

#include "gateway/base/telemetry.h"
#include "gateway/upstream/upstream_call.h"

namespace gateway {

class UpstreamMetrics final : public UpstreamObserver {
 public:
  explicit UpstreamMetrics(Telemetry& telemetry) : telemetry_(telemetry) {}

  void OnTransfer(std::string_view verb, const HttpResult& result) override {
    const HttpResponse* answer = result.response();
    telemetry_.UpstreamRequest(
        verb, answer != nullptr ? std::optional(answer->status) : std::nullopt, result.elapsed);
  }
  void OnRetry(RetryReason reason) override { telemetry_.Retried(reason); }
  void OnReconciled(ReconcileOutcome outcome) override { telemetry_.Reconciled(outcome); }

 private:
  Telemetry& telemetry_;
};

}  // namespace gateway
