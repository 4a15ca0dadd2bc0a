// One attack on a gateway that is started for it, beside an honest caller.
//
// Belongs to one thread. What Surroundings refers to outlives the trial.
#pragma once

#include <chrono>
#include <string>

#include "tests/attacks/verdict.h"

namespace gateway::attacks {

struct Surroundings {
  /// The gateway's program.
  std::string gateway;
  std::string upstream_url;
  /// How long calls are measured at rest, and then how long the attack goes on.
  std::chrono::milliseconds rest;
  std::chrono::milliseconds attack;
};

Trial RunTrial(const Attack& attack, const Surroundings& surroundings);

}  // namespace gateway::attacks
