// Upstream calls' events, passed on to the metrics, and to who must know that our key is not
// accepted. Thread-safe; the telemetry must outlive it.
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
  /// `on_unauthorized` runs after each answer 401, on that loop's thread.
  UpstreamEvents(Metrics& telemetry, std::function<void()> on_unauthorized)
      : telemetry_(telemetry), on_unauthorized_(std::move(on_unauthorized)) {}

  void OnTransfer(std::string_view verb, const HttpResult& result) override {
    // Which certificate or proxy is at fault shows nowhere else. Log limits the lines of each text.
    if (const TransportError* error = result.error()) {
      const std::string_view delivery =
          error->delivery == Delivery::kNeverSent ? "never_sent" : "may_have_arrived";
      Log(LogLevel::kWarn, error->text,
          {{"reason", ReasonForTransport(error->fault)}, {"delivery", delivery}});
    }
    const HttpResponse* answer = result.response();
    telemetry_.UpstreamRequest(
        verb, answer != nullptr ? std::optional(answer->status) : std::nullopt, result.elapsed);
    if (answer != nullptr && answer->status == kUnauthorized) on_unauthorized_();
  }
  void OnRetry(RetryReason reason) override { telemetry_.Retried(reason); }
  void OnReconciled(ReconcileResult outcome) override { telemetry_.Reconciled(outcome); }

 private:
  static constexpr int kUnauthorized = 401;

  Metrics& telemetry_;
  const std::function<void()> on_unauthorized_;
};

}  // namespace gateway
