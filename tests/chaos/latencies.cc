#include "tests/chaos/latencies.h"

#include <algorithm>
#include <cstdio>

#include "gateway/base/mutex.h"
#include "tests/support/percentile.h"

namespace gateway::chaos {
namespace {

constexpr std::array kNames = {"untouched by faults", "touched by a fault", "never seen whole"};

double MillisecondsAt(const std::vector<std::uint32_t>& sorted, double share) {
  return Percentile(sorted, share) / 1000.0;
}

}  // namespace

Latencies::Kind Latencies::KindOf(const GateRecord::Fate& fate, int attempts) {
  if (fate.touched) return Kind::kTouched;
  const bool all_seen = fate.requests > 0 && attempts <= fate.requests;
  return all_seen ? Kind::kUntouched : Kind::kUnseen;
}

void Latencies::Add(Kind kind, Duration elapsed) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count();
  const MutexLock lock(&mutex_);
  samples_.at(static_cast<std::size_t>(kind)).push_back(static_cast<std::uint32_t>(microseconds));
}

void Latencies::Print() {
  const MutexLock lock(&mutex_);
  const auto limit = std::chrono::duration_cast<std::chrono::microseconds>(limit_).count();
  std::printf("\n%-22s %9s %8s %8s %8s %8s %9s\n", "latency (ms)", "calls", "p50", "p99", "p99.9",
              "max", "attempt+");
  for (std::size_t i = 0; i < kKinds; ++i) {
    std::vector<std::uint32_t>& samples = samples_.at(i);
    if (samples.empty()) continue;
    std::ranges::sort(samples);
    const auto late = samples.end() - std::ranges::lower_bound(samples, limit);
    std::printf("%-22s %9zu %8.1f %8.1f %8.1f %8.1f %9ld\n", kNames.at(i), samples.size(),
                MillisecondsAt(samples, 0.5), MillisecondsAt(samples, 0.99),
                MillisecondsAt(samples, 0.999), MillisecondsAt(samples, 1), late);
  }
}

}  // namespace gateway::chaos
