#include "gateway/serving/upstream_loops.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace gateway {
namespace {

// A loop takes some three fifths of a call's processor time, the one thread of gRPC the rest: more
// loops would wait for that thread.
constexpr unsigned kMaxLoops = 2;
// Beside a loop another thread is as busy: gRPC's, or one of the caller that shares the machine.
constexpr unsigned kCoresPerLoop = 2;

}  // namespace

UpstreamLoops::UpstreamLoops(const Config& config, const AtomicValue<TlsMaterial>& tls,
                             Metrics& telemetry, std::function<void()> on_unauthorized,
                             UpstreamHooks hooks)
    : events_(telemetry, std::move(on_unauthorized)) {
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
                                       &events_, std::move(hooks.random));
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
