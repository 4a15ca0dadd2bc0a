#include "tests/chaos/lag_meter.h"

#include <stop_token>

#include "gateway/base/mutex.h"

namespace gateway::chaos {
namespace {

constexpr std::chrono::milliseconds kNap{5};
/// Shorter delays are those of any timer.
constexpr std::chrono::milliseconds kNotable{5};
/// Longer than any call.
constexpr std::chrono::minutes kRemembered{2};

}  // namespace

LagMeter::LagMeter() : thread_([this](const std::stop_token& stop) { Measure(stop); }) {}

LagMeter::~LagMeter() = default;

LagMeter::Clock::duration LagMeter::Since(Clock::time_point begin) {
  const MutexLock lock(&mutex_);
  Clock::duration sum{0};
  for (auto delay = delays_.rbegin(); delay != delays_.rend() && delay->first > begin; ++delay) {
    sum += delay->second;
  }
  return sum;
}

void LagMeter::Measure(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto lay_down = Clock::now();
    std::this_thread::sleep_for(kNap);
    const auto awake = Clock::now();
    const auto lag = awake - lay_down - kNap;
    if (lag < kNotable) continue;
    const MutexLock lock(&mutex_);
    delays_.emplace_back(awake, lag);
    while (delays_.front().first < awake - kRemembered) delays_.pop_front();
  }
}

}  // namespace gateway::chaos
