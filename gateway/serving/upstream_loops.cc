#include "gateway/serving/upstream_loops.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "gateway/telemetry/logging.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/transcoding/status_mapping.h"
#include "gateway/upstream/upstream_call.h"

namespace gateway {
namespace {

// A loop takes some three fifths of a call's processor time, the one thread of gRPC the rest: more
// loops would wait for that thread.
constexpr unsigned kMaxLoops = 2;
// Beside a loop another thread is as busy: gRPC's, or one of the caller that shares the machine.
constexpr unsigned kCoresPerLoop = 2;

// Passes the events of upstream calls on to the log, the metrics and the holder of our key.
class UpstreamEvents final : public UpstreamObserver {
 public:
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

}  // namespace

UpstreamLoops::UpstreamLoops(const Config& config, const AtomicValue<TlsMaterial>& tls,
                             Metrics& telemetry, std::function<void()> on_unauthorized,
                             UpstreamHooks hooks)
    : events_(std::make_unique<UpstreamEvents>(telemetry, std::move(on_unauthorized))) {
  const CurlHttpLoopOptions options{
      .connect_timeout = config.connect_timeout,
      .http_version = config.upstream_http,
      .tls = &tls,
      // The first attempt that times out there shows it.
      .max_silence = config.attempt_timeout / 2,
      .proxy = config.upstream_proxy,
      .on_stale_connection = [&telemetry] { telemetry.StaleConnection(); },
      .max_response_bytes = config.max_response_bytes};
  const unsigned count =
      std::clamp(std::thread::hardware_concurrency() / kCoresPerLoop, 1U, kMaxLoops);
  std::vector<HttpLoop*> clients;
  for (unsigned i = 0; i < count; ++i) {
    clients_.push_back(std::make_unique<CurlHttpLoop>(options));
    HttpLoop* client = clients_.back().get();
    if (hooks.decorate_client) {
      client = decorators_.emplace_back(hooks.decorate_client(*client)).get();
    }
    clients.push_back(client);
  }
  upstream_ =
      std::make_unique<UpstreamClient>(clients,
                                       RetryOptions{.max_attempts = config.max_attempts,
                                                    .attempt_timeout = config.attempt_timeout,
                                                    .initial_backoff = config.retry_initial_backoff,
                                                    .max_backoff = config.retry_max_backoff},
                                       events_.get(), std::move(hooks.random));
}

UpstreamLoops::~UpstreamLoops() { Stop(); }

int UpstreamLoops::connections() const {
  int count = 0;
  for (const auto& client : clients_) count += client->connections();
  return count;
}

void UpstreamLoops::Stop() {
  for (const auto& client : clients_) client->Stop();
}

}  // namespace gateway
