// How long this machine kept a thread waiting that had something to do: what a busy machine adds to
// every call, and what no gateway is to blame for.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>

#include <chrono>
#include <deque>
#include <thread>
#include <utility>

#include "gateway/base/mutex.h"

namespace gateway::chaos {

class LagMeter {
 public:
  using Clock = std::chrono::steady_clock;

  LagMeter();
  ~LagMeter();
  LagMeter(const LagMeter&) = delete;
  LagMeter& operator=(const LagMeter&) = delete;

  /// All delays since then, together.
  [[nodiscard]] Clock::duration Since(Clock::time_point begin);

 private:
  void Measure(const std::stop_token& stop);

  Mutex mutex_;
  /// When a delay ended, and how long it was; of the last kRemembered.
  std::deque<std::pair<Clock::time_point, Clock::duration>> delays_ ABSL_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace gateway::chaos
