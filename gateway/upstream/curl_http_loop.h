// The HttpLoop that talks to the network: one loop thread, one libcurl multi handle.
//
// Thread-safety is HttpLoop's; connections and Stop may be called from any thread. Each
// request is written to the wire at most once: libcurl's own repeating is off, only retry_policy
// repeats. Redirects, proxy environment variables and protocols other than HTTP are off too.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "gateway/base/atomic_value.h"
#include "gateway/config/config.h"
#include "gateway/credentials/tls_material.h"
#include "gateway/upstream/http_loop.h"

namespace gateway {

struct CurlHttpLoopOptions {
  static constexpr int kMaxIdleConnections = 1024;

  /// TCP and TLS handshakes together.
  std::chrono::milliseconds connect_timeout{5'000};
  /// kHttp2: by ALPN over TLS, at once without (then a connection for each request).
  /// kAuto: HTTP/1.1, whatever the upstream offers. libcurl 7.88.1 (Debian 12) takes an HTTP/2
  /// answer that was cut short for a whole one, if neither a Content-Length nor any body came, when
  /// its stream is reset "without error", or with one while the connection dies: the caller is told
  /// OK. (curl's pull request 10693, in 8.0.) In a soak of 594,000 calls among faults, 37 minutes,
  /// four callers were told so over HTTP/2, none over HTTP/1.1. Otherwise HTTP/2 held, and was no
  /// quicker: see deploy/README.md.
  HttpVersion http_version = HttpVersion::kAuto;
  /// Of transfers from their start on: one that begins after a change gets a new connection, those
  /// before it keep theirs. Outlives the client; null: no certificate, the system's CAs.
  const AtomicValue<TlsMaterial>* tls = nullptr;
  /// HTTP/2: a connection on which nothing came for so long, while requests waited, is broken.
  std::chrono::milliseconds max_silence{10'000};
  /// HTTP/1.1: idle connections that are kept. More than callers commonly have calls at a time,
  /// who would otherwise open new ones all the time; few enough to weigh little after a burst.
  int max_idle_connections = kMaxIdleConnections;
  /// Empty: none.
  std::string proxy;
  /// Of one answer's body, decompressed.
  std::size_t max_response_bytes = std::size_t{64} << 20;
};

class CurlHttpLoop final : public HttpLoop {
 public:
  /// An idle connection older than this is not used again: below the idle time of common load
  /// balancers (60 s), so that a request rarely meets a connection that is just being closed.
  static constexpr std::chrono::seconds kMaxIdle{45};
  /// No connection is used for longer: name changes and rotated certificates take effect.
  static constexpr std::chrono::seconds kMaxLifetime{600};
  /// Sent data that stays unacknowledged for so long breaks the connection. Without it, HTTP/2
  /// calls would go on joining a connection that leads nowhere.
  static constexpr std::chrono::seconds kMaxUnacknowledged{15};
  /// HTTP/2, and until the first answer shows what the upstream speaks: a burst of calls shares
  /// these, instead of opening a connection each. Common upstreams take 100 streams on each.
  static constexpr long kMaxHttp2Connections = 16;
  static constexpr long kMaxHttp2Streams = 1000;

  /// Starts the loop thread. Aborts the process if libcurl cannot be initialised.
  explicit CurlHttpLoop(const CurlHttpLoopOptions& options);
  /// Stops, unless that was done.
  ~CurlHttpLoop() override;

  /// Ends the loop thread; a second call is a no-op. To be called when no call is left: a transfer
  /// that is still open ends with kReset and the Delivery that is known of it, timers and tasks
  /// that have not run by then never run. Not from the loop thread.
  void Stop();

  /// Open upstream connections.
  [[nodiscard]] int connections() const;

  void RunOnLoop(std::function<void()> task) override;
  TransferId Send(std::shared_ptr<const HttpRequest> request, const TransferOptions& options,
                  std::function<void(HttpResult)> done) override;
  void Abort(TransferId id) override;
  TimerId StartTimer(Clock::duration delay, std::function<void()> task) override;
  void StopTimer(TimerId id) override;
  [[nodiscard]] Clock::time_point Now() const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
