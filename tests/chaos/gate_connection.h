// One accepted connection of a fault gate, and what those who serve it share.
//
// A connection belongs to its thread; the context is thread-safe.
#pragma once

#include <poll.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "tests/chaos/fault_plan.h"
#include "tests/chaos/gate_record.h"
#include "tests/simulator/simulator.h"
#include "tests/support/wire_stream.h"

namespace gateway::chaos {

/// A stall lasts until the gateway gives up; this only bounds a gateway that never does.
inline constexpr std::chrono::milliseconds kMaxStall{30'000};
/// After kReadsFail: more than the gateway reads again.
inline constexpr std::uint32_t kMaxFailingReads = 6;
/// So many bytes of a response drip; the rest comes at once.
inline constexpr std::size_t kDrippedBytes = 24;

enum class ConnectionEnd {
  kOrderly,      ///< FIN; over TLS with close_notify.
  kReset,        ///< RST.
  kUnannounced,  ///< FIN; over TLS without close_notify.
};
/// The usual ones.
inline ConnectionEnd EndWith(bool reset) {
  return reset ? ConnectionEnd::kReset : ConnectionEnd::kOrderly;
}

struct GateConnection {
  /// For poll; owned by the stream.
  const int fd;
  const std::uint64_t number;
  WireStream& stream;
  /// The first ends it.
  std::function<void(ConnectionEnd how)> end;
};

struct GateContext {
  extend_simulator::Simulator& simulator;
  const FaultPlan plan;
  GateRecord& record;
  /// The gate is being stopped: nothing more is processed.
  const std::atomic<bool>& stopping;
};

inline bool IsCancel(const extend_simulator::ApiRequest& request) {
  return request.target.ends_with("/cancel");
}

/// Whether something came within that time: bytes, or the end.
inline bool Await(int fd, short events, std::chrono::milliseconds time) {
  pollfd waited{fd, events, 0};
  return poll(&waited, 1, static_cast<int>(time.count())) > 0;
}

}  // namespace gateway::chaos
