// Checks of the gateway as a whole, between and after the calls.
//
// Functions of one thread, while no call runs.
#pragma once

#include <optional>

#include "tests/chaos/fault_gate.h"
#include "tests/chaos/gate_record.h"
#include "tests/chaos/metrics.h"
#include "tests/chaos/report.h"
#include "tests/support/gateway_process.h"

namespace gateway::chaos {

/// What the process holds when no call runs and no caller is connected.
struct Holdings {
  Descriptors descriptors;
  long resident_kib = 0;
  /// The share of a processor, measured for a while.
  double busy = 0;
};

/// Waits a little until the descriptors are `other`, if given.
Holdings HoldingsOf(const GatewayProcess& process, const FaultGate& gate,
                    std::optional<int> other = {});

/// Against those after the warm-up. `max_pooled`: idle connections that the gateway may keep.
void CheckHoldings(const Holdings& before, const Holdings& after, int max_pooled, Report& report);
/// The gateway counts the connections that it holds.
void CheckConnections(const Metrics& metrics, const Holdings& holdings, Report& report);

/// The gateway counts what the clients have seen. Only calls that a client gave up (CANCELLED,
/// DEADLINE_EXCEEDED) may have ended otherwise for the gateway, or never have reached it.
void CheckServerMetrics(const Metrics& metrics, Report& report);
/// The gateway counts the responses that the gate has sent, but for those that it did not wait for.
void CheckUpstreamMetrics(const Metrics& metrics, GateRecord& record, Report& report);
/// Each reconciling outcome has occurred.
void CheckReconciling(const Metrics& metrics, Report& report);

}  // namespace gateway::chaos
