// What all clients of a campaign share: the gateway's settings, the ledger, the gate's record, and
// where findings go.
//
// Thread-safe. What it refers to outlives it.
#pragma once

#include <absl/base/thread_annotations.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/mutex.h"
#include "tests/chaos/caller.h"
#include "tests/chaos/gate_record.h"
#include "tests/chaos/lag_meter.h"
#include "tests/chaos/latencies.h"
#include "tests/chaos/report.h"
#include "tests/simulator/run_store.h"

namespace gateway::chaos {

class Surroundings {
 public:
  Surroundings(std::uint64_t seed_, std::chrono::milliseconds timeout_,
               std::chrono::milliseconds attempt_timeout, extend_simulator::RunStore& store_,
               GateRecord& record_, Report& report_)
      : seed(seed_),
        timeout(timeout_),
        store(store_),
        record(record_),
        report(report_),
        latencies(attempt_timeout) {}

  const std::uint64_t seed;
  /// The gateway's --timeout.
  const std::chrono::milliseconds timeout;
  extend_simulator::RunStore& store;
  GateRecord& record;
  Report& report;
  LagMeter lag;
  Latencies latencies;

  /// A create that is no success, as the gateway reported it.
  void AddFailedCreate(const std::string& name, const CallResult& result);
  /// Checks all creates, once nothing runs any more.
  void CheckCreates();

 private:
  struct FailedCreate {
    std::string call;
    CallResult result;
    /// What was done to its requests, if it says that nothing was created.
    std::string history;
  };

  Mutex mutex_;
  std::vector<FailedCreate> failed_creates_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway::chaos
