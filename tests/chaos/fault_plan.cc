#include "tests/chaos/fault_plan.h"

#include <span>

#include "tests/chaos/seeded_random.h"

namespace gateway::chaos {
namespace {

using std::chrono::milliseconds;
using enum FaultKind;

constexpr std::array<std::string_view, kFaultKinds> kNames = {
    "none",
    "reset before reading",
    "reset after reading",
    "close after reading",
    "response lost",
    "cut within the head",
    "cut within the body",
    "delay",
    "drip",
    "corrupt status line",
    "corrupt chunk",
    "short Content-Length",
    "corrupt JSON",
    "idle close",
    "status instead of processing",
    "status after processing",
    "stall instead of processing",
    "stall after processing",
    "nobody listens",
    "refused stream",
    "stream reset instead of processing",
    "stream reset after processing",
    "graceful GOAWAY",
    "GOAWAY below the stream",
    "GOAWAY and the end",
    "stall of the connection",
    "corrupt frame",
    "interim response",
    "trailers",
    "many headers",
    "new settings",
    "many pings",
    "stale response",
    "idle 408",
    "unframed",
    "cut unframed",
    "unframed, unannounced end",
    "gzip",
    "cut gzip",
    "empty success",
    "reads fail",
};

struct Weighted {
  FaultKind kind;
  int weight;
};
// In good weather some 7 % of the requests fail, which the gateway's retry budget (10 % of the
// calls) can bear. In a storm 40 % do: the budget runs dry and calls must end without a retry.
constexpr std::array kGoodWeather = {
    Weighted{kNone, 870},
    Weighted{kResetUnread, 6},
    Weighted{kResetUnprocessed, 4},
    Weighted{kCloseUnprocessed, 4},
    Weighted{kLoseResponse, 10},
    Weighted{kCutHead, 4},
    Weighted{kCutBody, 4},
    Weighted{kDelay, 30},
    Weighted{kDrip, 10},
    Weighted{kCorruptStatusLine, 4},
    Weighted{kCorruptChunk, 3},
    Weighted{kShortLength, 3},
    Weighted{kCorruptJson, 3},
    Weighted{kCloseIdle, 20},
    Weighted{kStatusUnprocessed, 13},
    Weighted{kStatusAfterProcessing, 8},
    Weighted{kStallUnprocessed, 2},
    Weighted{kStallAfterProcessing, 2},
    Weighted{kStaleResponse, 12},
    Weighted{kIdleTimeout, 8},
    Weighted{kUnframed, 8},
    Weighted{kCutUnframed, 3},
    Weighted{kUnframedUnannounced, 3},
    Weighted{kGzip, 20},
    Weighted{kCutGzip, 4},
    Weighted{kEmptySuccess, 8},
    Weighted{kReadsFail, 12},
};
constexpr std::array kStorm = {
    Weighted{kNone, 500},
    Weighted{kResetUnread, 30},
    Weighted{kResetUnprocessed, 20},
    Weighted{kCloseUnprocessed, 20},
    Weighted{kLoseResponse, 90},
    Weighted{kCutHead, 25},
    Weighted{kCutBody, 25},
    Weighted{kDelay, 60},
    Weighted{kDrip, 20},
    Weighted{kCorruptStatusLine, 20},
    Weighted{kCorruptChunk, 15},
    Weighted{kShortLength, 15},
    Weighted{kCorruptJson, 10},
    Weighted{kCloseIdle, 20},
    Weighted{kStatusUnprocessed, 150},
    Weighted{kStatusAfterProcessing, 60},
    Weighted{kStallUnprocessed, 5},
    Weighted{kStallAfterProcessing, 5},
    Weighted{kStaleResponse, 20},
    Weighted{kIdleTimeout, 10},
    Weighted{kUnframed, 10},
    Weighted{kCutUnframed, 15},
    Weighted{kUnframedUnannounced, 15},
    Weighted{kGzip, 20},
    Weighted{kCutGzip, 20},
    Weighted{kEmptySuccess, 40},
    Weighted{kReadsFail, 40},
};
// Over HTTP/2 the end of a connection befalls all its streams, so such faults are rarer.
constexpr std::array kHttp2GoodWeather = {
    Weighted{kNone, 3400},
    Weighted{kResetUnprocessed, 1},
    Weighted{kCloseUnprocessed, 1},
    Weighted{kLoseResponse, 2},
    Weighted{kCutHead, 8},
    Weighted{kCutBody, 8},
    Weighted{kDelay, 120},
    Weighted{kDrip, 40},
    Weighted{kShortLength, 12},
    Weighted{kCorruptJson, 12},
    Weighted{kCloseIdle, 3},
    Weighted{kStatusUnprocessed, 52},
    Weighted{kStatusAfterProcessing, 32},
    Weighted{kStallUnprocessed, 6},
    Weighted{kStallAfterProcessing, 6},
    Weighted{kRefuseStream, 40},
    Weighted{kResetStreamUnprocessed, 20},
    Weighted{kResetStreamAfterProcessing, 30},
    Weighted{kGoAwayGracefully, 8},
    Weighted{kGoAwayBelow, 4},
    Weighted{kGoAwayAtOnce, 1},
    Weighted{kStallConnection, 1},
    Weighted{kCorruptFrame, 1},
    Weighted{kInterim, 40},
    Weighted{kTrailers, 40},
    Weighted{kManyHeaders, 20},
    Weighted{kNewSettings, 20},
    Weighted{kManyPings, 20},
    Weighted{kGzip, 60},
    Weighted{kCutGzip, 12},
    Weighted{kEmptySuccess, 30},
    Weighted{kReadsFail, 40},
};
constexpr std::array kHttp2Storm = {
    Weighted{kNone, 900},
    Weighted{kResetUnprocessed, 8},
    Weighted{kCloseUnprocessed, 8},
    Weighted{kLoseResponse, 16},
    Weighted{kCutHead, 30},
    Weighted{kCutBody, 40},
    Weighted{kDelay, 120},
    Weighted{kDrip, 40},
    Weighted{kShortLength, 30},
    Weighted{kCorruptJson, 20},
    Weighted{kCloseIdle, 4},
    Weighted{kStatusUnprocessed, 240},
    Weighted{kStatusAfterProcessing, 100},
    Weighted{kStallUnprocessed, 8},
    Weighted{kStallAfterProcessing, 8},
    Weighted{kRefuseStream, 120},
    Weighted{kResetStreamUnprocessed, 60},
    Weighted{kResetStreamAfterProcessing, 100},
    Weighted{kGoAwayGracefully, 16},
    Weighted{kGoAwayBelow, 12},
    Weighted{kGoAwayAtOnce, 6},
    Weighted{kStallConnection, 2},
    Weighted{kCorruptFrame, 6},
    Weighted{kInterim, 20},
    Weighted{kTrailers, 20},
    Weighted{kManyHeaders, 20},
    Weighted{kNewSettings, 20},
    Weighted{kManyPings, 20},
    Weighted{kGzip, 40},
    Weighted{kCutGzip, 40},
    Weighted{kEmptySuccess, 60},
    Weighted{kReadsFail, 60},
};
/// Every so many requests the weather changes, every so many changes it is a storm.
constexpr std::uint64_t kWeatherLasts = 512;
constexpr std::uint64_t kStormEvery = 8;

std::span<const Weighted> TableOf(Protocol protocol, bool storm) {
  if (protocol == Protocol::kHttp2) return storm ? kHttp2Storm : kHttp2GoodWeather;
  return storm ? kStorm : kGoodWeather;
}

struct WeightedStatus {
  int status;
  int weight;
};
constexpr std::array kUnprocessed = {WeightedStatus{429, 7}, WeightedStatus{503, 2},
                                     WeightedStatus{502, 1}, WeightedStatus{504, 1},
                                     WeightedStatus{408, 1}};
constexpr std::array kAfterProcessing = {WeightedStatus{502, 1}, WeightedStatus{503, 1},
                                         WeightedStatus{504, 1}, WeightedStatus{408, 1}};
struct WeightedWait {
  int seconds;
  int weight;
};
constexpr std::array kRetryAfter = {WeightedWait{-1, 60}, WeightedWait{0, 36}, WeightedWait{1, 4}};

constexpr milliseconds kMaxDelay{60};
constexpr milliseconds kMaxDripPause{2};
constexpr milliseconds kMaxIdle{3};

milliseconds PauseOf(FaultKind kind, SeededRandom& random) {
  switch (kind) {
    case kDelay:
      return random.Between(milliseconds(1), kMaxDelay);
    case kDrip:
      return random.Between(milliseconds(1), kMaxDripPause);
    case kCloseIdle:
    case kStaleResponse:
    case kIdleTimeout:
      return random.Between(milliseconds(0), kMaxIdle);
    default:
      return milliseconds(0);
  }
}

struct WeightedTraits {
  std::uint32_t max_streams;
  std::uint32_t window;
  int weight;
};
/// The last is what servers usually say.
constexpr std::array kTraits = {WeightedTraits{1, 65535, 5}, WeightedTraits{10, 65535, 15},
                                WeightedTraits{100, 16, 10}, WeightedTraits{100, 65535, 70}};

// Streams of their own in the space of numbers.
constexpr std::uint64_t kConnections = std::uint64_t{1} << 40;
constexpr std::uint64_t kConnectionTraits = std::uint64_t{1} << 42;
constexpr int kRefusalPerMille = 4;
constexpr milliseconds kMaxRefusal{15};

}  // namespace

std::string_view NameOf(FaultKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

Fault FaultPlan::ForRequest(std::uint64_t number) const {
  SeededRandom random(seed_, number);
  const bool storm = number / kWeatherLasts % kStormEvery == kStormEvery - 1;
  Fault fault;
  fault.kind = random.Pick(TableOf(protocol_, storm)).kind;
  if (without_.contains(fault.kind)) fault.kind = kNone;
  fault.pause = PauseOf(fault.kind, random);
  fault.with_reset = random.Percent(50);
  fault.chunked = random.Percent(20);
  const bool processed = fault.kind == kStatusAfterProcessing;
  fault.status =
      processed ? random.Pick(kAfterProcessing).status : random.Pick(kUnprocessed).status;
  fault.retry_after = random.Pick(kRetryAfter).seconds;
  fault.dice = random.Between<std::uint32_t>(0, 1U << 30U);
  return fault;
}

Fault FaultPlan::ForFailingRead(const Fault& drawn) {
  constexpr std::array kFailures = {kStatusUnprocessed, kStatusAfterProcessing, kResetUnprocessed,
                                    kLoseResponse, kCutBody};
  Fault fault = drawn;
  fault.kind = kFailures.at(drawn.dice % kFailures.size());
  if (fault.kind == kStatusUnprocessed || fault.kind == kStatusAfterProcessing) fault.status = 503;
  return fault;
}

milliseconds FaultPlan::RefusalAfterConnection(std::uint64_t number) const {
  SeededRandom random(seed_, kConnections + number);
  if (random.Between(1, 1000) > kRefusalPerMille) return milliseconds(0);
  return random.Between(milliseconds(2), kMaxRefusal);
}

ConnectionTraits FaultPlan::TraitsOfConnection(std::uint64_t number) const {
  SeededRandom random(seed_, kConnectionTraits + number);
  const WeightedTraits& traits = random.Pick(kTraits);
  return {.max_streams = traits.max_streams, .window = traits.window};
}

}  // namespace gateway::chaos
