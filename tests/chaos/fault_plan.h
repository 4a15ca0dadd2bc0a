// Which fault befalls which request. A pure function of the seed and the request's number.
//
// Only faults that leave the truth decidable: a response may be late, lost, cut or unreadable, but
// never says what is not so. A byte changed within a JSON string, a 404 for a run that exists or a
// 429 (which promises that nothing was done) after the work was done would be lies that no gateway
// can see through, so none of these is here.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace gateway::chaos {

enum class Protocol { kHttp1, kHttp2 };

/// A connection is a TCP connection: over HTTP/2 its end takes all its streams along.
enum class FaultKind {
  kNone,
  kResetUnread,            ///< RST before a byte of the request is read.
  kResetUnprocessed,       ///< RST after reading it.
  kCloseUnprocessed,       ///< FIN after reading it.
  kLoseResponse,           ///< Processed; then RST or FIN instead of the response.
  kCutHead,                ///< Processed; the connection ends within the response's head...
  kCutBody,                ///< ...or within its body.
  kDelay,                  ///< Processed and responded to late, also when nobody waits any more.
  kDrip,                   ///< The response comes byte by byte.
  kCorruptStatusLine,      ///< What comes is not HTTP.
  kCorruptChunk,           ///< A chunk has no readable size.
  kShortLength,            ///< Content-Length ends within the JSON text; its rest follows.
  kCorruptJson,            ///< One byte is not JSON, wherever it stands.
  kCloseIdle,              ///< A good response; then the connection is closed without a word.
  kStatusUnprocessed,      ///< 408, 429, 502, 503 or 504 instead of processing.
  kStatusAfterProcessing,  ///< 408, 502, 503 or 504 although it was processed.
  kStallUnprocessed,       ///< Silence, until the gateway gives up.
  kStallAfterProcessing,
  kRefuseConnections,  ///< For a moment nobody listens. By connection, not by request.

  // HTTP/2 only.
  kRefuseStream,                ///< REFUSED_STREAM: certainly not processed.
  kResetStreamUnprocessed,      ///< INTERNAL_ERROR, CANCEL or ENHANCE_YOUR_CALM...
  kResetStreamAfterProcessing,  ///< ...also in the middle of the response.
  kGoAwayGracefully,            ///< No more streams; those that there are end well.
  kGoAwayBelow,                 ///< This stream and later ones certainly are not processed.
  kGoAwayAtOnce,                ///< With an error, and the connection ends.
  kStallConnection,  ///< Nothing is read or written any more, until the gateway gives up.
  kCorruptFrame,     ///< What comes is not HTTP/2.
  // A good response, in a way that is allowed.
  kInterim,      ///< 103 or 100 come before it.
  kTrailers,     ///< Trailers come after it.
  kManyHeaders,  ///< Its head needs CONTINUATION frames.
  kNewSettings,  ///< Before it, another number of streams at a time.
  kManyPings,    ///< Before it, pings.

  // HTTP/1.1 only. Bytes on an idle connection, before the next request:
  kStaleResponse,  ///< a whole 200 that says of a run that it is cancelled;
  kIdleTimeout,    ///< a balancer's 408, and the end.
  // Responses whose end is that of the connection:
  kUnframed,             ///< a whole one, which is allowed;
  kCutUnframed,          ///< one that ends within its body;
  kUnframedUnannounced,  ///< one that ends somewhere, over TLS without close_notify.

  kGzip,          ///< A good response, compressed.
  kCutGzip,       ///< A compressed one that is cut before it is framed.
  kEmptySuccess,  ///< To a cancel that is carried out: a 2xx with an explicitly empty body.
  kReadsFail,     ///< A good response; what the same call sends next, if it is a GET, fails.
};
inline constexpr std::size_t kFaultKinds = 41;

std::string_view NameOf(FaultKind kind);
/// The end of the connection is that of the body.
constexpr bool IsUnframed(FaultKind kind) {
  return kind == FaultKind::kUnframed || kind == FaultKind::kCutUnframed ||
         kind == FaultKind::kUnframedUnannounced;
}

/// All random choices for one request.
struct Fault {
  FaultKind kind = FaultKind::kNone;
  /// How long to wait, for the kinds that do.
  std::chrono::milliseconds pause{0};
  /// RST or FIN, for the kinds that end the connection.
  bool with_reset = false;
  /// The response is chunked, if the kind does not say.
  bool chunked = false;
  /// The status, for the status kinds.
  int status = 0;
  /// Retry-After in seconds, for the status kinds: none if negative.
  int retry_after = -1;
  /// Chooses places and variants.
  std::uint32_t dice = 0;
};

/// What a server says of itself when a connection begins; HTTP/2 only.
struct ConnectionTraits {
  std::uint32_t max_streams = 0;
  /// Bytes of a request's body that may come before the server asks for more.
  std::uint32_t window = 0;
};

class FaultPlan {
 public:
  /// No request meets a fault of the kinds `without`.
  FaultPlan(std::uint64_t seed, Protocol protocol, std::set<FaultKind> without)
      : seed_(seed), protocol_(protocol), without_(std::move(without)) {}

  [[nodiscard]] Protocol protocol() const { return protocol_; }
  [[nodiscard]] Fault ForRequest(std::uint64_t number) const;
  /// What befalls a read instead, after kReadsFail.
  [[nodiscard]] static Fault ForFailingRead(const Fault& drawn);
  /// Zero: the connection after this one finds a listener.
  [[nodiscard]] std::chrono::milliseconds RefusalAfterConnection(std::uint64_t number) const;
  [[nodiscard]] ConnectionTraits TraitsOfConnection(std::uint64_t number) const;

 private:
  const std::uint64_t seed_;
  const Protocol protocol_;
  const std::set<FaultKind> without_;
};

}  // namespace gateway::chaos
