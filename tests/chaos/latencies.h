// How long calls took that had all the time they could want, by what befell their requests.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "gateway/base/mutex.h"
#include "tests/chaos/gate_record.h"

namespace gateway::chaos {

class Latencies {
 public:
  using Duration = std::chrono::steady_clock::duration;

  enum class Kind {
    kUntouched,  ///< Every attempt reached the gate, and none met a fault.
    kTouched,    ///< A fault befell an attempt, or its connection.
    kUnseen,     ///< An attempt never reached the gate.
  };
  static Kind KindOf(const GateRecord::Fate& fate, int attempts);

  /// `limit`: of an attempt; no call that nothing befalls should need it.
  explicit Latencies(Duration limit) : limit_(limit) {}

  void Add(Kind kind, Duration elapsed);
  void Print();

 private:
  static constexpr std::size_t kKinds = 3;

  const Duration limit_;
  Mutex mutex_;
  /// In microseconds.
  std::array<std::vector<std::uint32_t>, kKinds> samples_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway::chaos
