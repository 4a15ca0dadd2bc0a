// Upstream calls' events, passed on to the metrics, and to a callback when the upstream does not
// accept our key. Thread-safe; the metrics must outlive it.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "gateway/telemetry/logging.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/transcoding/status_mapping.h"
#include "gateway/upstream/upstream_call.h"

namespace gateway {

class UpstreamEvents final : public UpstreamObserver {
 public:
  /// `on_unauthorized` runs whenever the upstream refuses the key, on that loop's thread.
  UpstreamEvents(Metrics& metrics, std::function<void()> on_unauthorized)
      : metrics_(metrics), on_unauthorized_(std::move(on_unauthorized)) {}

  void OnTransfer(std::string_view verb, const HttpResult& result) override {
    // Which certificate or proxy is at fault shows nowhere else. Log limits the lines of each text.
    if (const TransportError* error = result.error()) {
      const std::string_view delivery =
          error->delivery == Delivery::kNeverSent ? "never_sent" : "may_have_arrived";
      Log(LogLevel::kWarn, error->text,
          {{"reason", ReasonForTransport(error->kind)}, {"delivery", delivery}});
    }
    const HttpResponse* response = result.response();
    metrics_.UpstreamRequest(
        verb, response != nullptr ? std::optional(response->status) : std::nullopt, result.elapsed);
    if (RefusesTheKey(result)) on_unauthorized_();
  }
  void OnRetry(RetryReason reason) override { metrics_.Retried(reason); }
  void OnReconciled(ReconcileResult result) override { metrics_.Reconciled(result); }

 private:
  Metrics& metrics_;
  const std::function<void()> on_unauthorized_;
};

}  // namespace gateway
