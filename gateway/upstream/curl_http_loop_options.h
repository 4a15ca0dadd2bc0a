// What a CurlHttpLoop is made with, and its fixed limits.
//
// Plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "gateway/base/atomic_value.h"
#include "gateway/config/config.h"
#include "gateway/credentials/tls_material.h"

namespace gateway {

struct CurlHttpLoopOptions {
  /// An idle connection older than this is not used again. Below the idle time of common load
  /// balancers (60 s), so that a request rarely meets a connection that is just being closed.
  static constexpr std::chrono::seconds kMaxIdle{45};
  /// No connection is used for longer, so name changes and rotated certificates take effect.
  static constexpr std::chrono::seconds kMaxLifetime{600};
  /// Sent data that stays unacknowledged for so long breaks the connection. Otherwise HTTP/2 calls
  /// would go on joining a connection that leads nowhere.
  static constexpr std::chrono::seconds kMaxUnacknowledged{15};
  static constexpr int kMaxIdleConnections = 1024;
  /// The limits with HTTP/2, and until the first response shows what the upstream speaks: a burst
  /// of calls shares these connections instead of opening one each. Common upstreams take 100
  /// streams on each.
  static constexpr long kMaxHttp2Connections = 16;
  static constexpr long kMaxHttp2Streams = 1000;

  /// The time for the TCP and TLS handshakes together.
  std::chrono::milliseconds connect_timeout{5'000};
  /// kHttp2: by ALPN over TLS, at once without (then a connection for each request).
  /// kAuto: HTTP/1.1, whatever the upstream offers. libcurl 7.88.1 (Debian 12) takes an HTTP/2
  /// response that was cut short for a whole one, if neither a Content-Length nor any body came,
  /// when its stream is reset "without error", or with one while the connection dies (curl's pull
  /// request 10693, in 8.0); HttpResponse::may_be_cut marks these. In a soak of 594,000 calls among
  /// faults, 37 minutes, four responses over HTTP/2 were so cut, none over HTTP/1.1. Otherwise
  /// HTTP/2 held, and was no quicker: see deploy/README.md.
  HttpVersion http_version = HttpVersion::kAuto;
  /// Read when a transfer starts: one that starts after a change gets a new connection, those
  /// before it keep theirs. Outlives the loop; null: no certificate, the system's CAs.
  const AtomicValue<TlsMaterial>* tls = nullptr;
  /// An HTTP/2 connection on which nothing came for so long, while requests waited, is broken.
  std::chrono::milliseconds max_silence{10'000};
  /// How many idle HTTP/1.1 connections are kept. More than callers commonly have calls at a time,
  /// who would otherwise open new ones all the time; few enough to weigh little after a burst.
  int max_idle_connections = kMaxIdleConnections;
  /// The URL of a proxy. Empty: none.
  std::string proxy;
  /// Called on the loop thread when an idle connection had to be closed unused, because bytes or
  /// its end waited on it. Empty: not called.
  std::function<void()> on_stale_connection;
  /// The limit of one response's body, as it came and decompressed.
  std::size_t max_response_bytes = std::size_t{64} << 20;
};

}  // namespace gateway
