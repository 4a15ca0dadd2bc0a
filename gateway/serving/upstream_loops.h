// The loop threads that talk HTTP, and the door to them.
//
// Belongs to one thread; upstream() may be used from any until Stop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gateway/base/atomic_value.h"
#include "gateway/config/config.h"
#include "gateway/credentials/tls_material.h"
#include "gateway/upstream/curl_http_loop.h"
#include "gateway/upstream/upstream_client.h"

namespace gateway {

class Metrics;

/// What whoever embeds the server may put around its upstream calls. Empty: nothing.
struct UpstreamHooks {
  /// Called once for each loop: the decorator is what that loop's calls see instead of `client`,
  /// which outlives it.
  std::function<std::unique_ptr<HttpLoop>(HttpLoop& client)> decorate_client;
  /// Jitter: uniform in [0, 1), thread-safe.
  std::function<double()> random;
};

class UpstreamLoops {
 public:
  /// Starts the threads. `tls` and `telemetry` outlive this; `on_unauthorized` runs on the loop
  /// threads, whenever the upstream has answered 401.
  UpstreamLoops(const Config& config, const AtomicValue<TlsMaterial>& tls, Metrics& telemetry,
                std::function<void()> on_unauthorized, UpstreamHooks hooks = {});
  ~UpstreamLoops();

  [[nodiscard]] UpstreamClient& upstream() { return *upstream_; }
  /// Open upstream connections. Any thread.
  [[nodiscard]] int connections() const;
  /// When no call is left.
  void Stop();

 private:
  std::unique_ptr<UpstreamObserver> events_;
  std::vector<std::unique_ptr<CurlHttpLoop>> clients_;
  std::vector<std::unique_ptr<HttpLoop>> decorators_;
  std::unique_ptr<UpstreamClient> upstream_;
};

}  // namespace gateway
