// What an attack is: one row of the table that main.cc goes through. A family of attacks is a file
// of its own; families.h lists them.
//
// Values. An attack's `run` belongs to the thread of its trial.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/gateway_process.h"
#include "tests/support/http2_client.h"

namespace gateway::attacks {

/// The gateway under attack.
struct Target {
  /// host:port
  std::string address;
  const GatewayProcess& process;
  /// Time is up, or the gateway has taken so much memory that no more need be known.
  http2::IsOver is_over;
};

/// What one round showed, beside what the trial measures.
struct Outcome {
  /// For the table: "cut off after 2 MiB".
  std::string seen;
  /// Whether the harm stayed where it belongs: on the attacker's own calls.
  bool is_contained = true;
};

/// Whom it harms on gRPC 1.51.1, as measured. On newer bases none may harm anybody.
enum class OldBase {
  kHolds,
  kHarmsItsConnection,  ///< Other calls of the attacker's connection.
  kHarmsOthers,
};

struct Attack {
  std::string name = {};
  OldBase old_base = OldBase::kHarmsOthers;
  /// One round, bounded in bytes or streams. It is run again until its target is over.
  std::function<Outcome(const Target&)> run = {};
  /// The gateway's, beside those that all attacks share.
  std::vector<std::string> flags = {};
};

}  // namespace gateway::attacks
