#include "tests/chaos/fault_plan.h"

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
    "answer lost",
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
    Weighted{kLoseAnswer, 10},
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
};
constexpr std::array kStorm = {
    Weighted{kNone, 500},
    Weighted{kResetUnread, 30},
    Weighted{kResetUnprocessed, 20},
    Weighted{kCloseUnprocessed, 20},
    Weighted{kLoseAnswer, 90},
    Weighted{kCutHead, 25},
    Weighted{kCutBody, 25},
    Weighted{kDelay, 60},
    Weighted{kDrip, 20},
    Weighted{kCorruptStatusLine, 20},
    Weighted{kCorruptChunk, 15},
    Weighted{kShortLength, 15},
    Weighted{kCorruptJson, 10},
    Weighted{kCloseIdle, 20},
    Weighted{kStatusUnprocessed, 100},
    Weighted{kStatusAfterProcessing, 60},
    Weighted{kStallUnprocessed, 5},
    Weighted{kStallAfterProcessing, 5},
};
/// Every so many requests the weather changes, every so many changes it is a storm.
constexpr std::uint64_t kWeatherLasts = 512;
constexpr std::uint64_t kStormEvery = 8;

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
      return random.Between(milliseconds(0), kMaxIdle);
    default:
      return milliseconds(0);
  }
}

// Streams of their own in the space of numbers.
constexpr std::uint64_t kConnections = std::uint64_t{1} << 40;
constexpr int kRefusalPerMille = 4;
constexpr milliseconds kMaxRefusal{15};

}  // namespace

std::string_view NameOf(FaultKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

Fault FaultPlan::ForRequest(std::uint64_t number) const {
  SeededRandom random(seed_, number);
  const bool storm = number / kWeatherLasts % kStormEvery == kStormEvery - 1;
  Fault fault;
  fault.kind = random.Pick(storm ? kStorm : kGoodWeather).kind;
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

milliseconds FaultPlan::RefusalAfterConnection(std::uint64_t number) const {
  SeededRandom random(seed_, kConnections + number);
  if (random.Between(1, 1000) > kRefusalPerMille) return milliseconds(0);
  return random.Between(milliseconds(2), kMaxRefusal);
}

}  // namespace gateway::chaos
