// What an attack may do to a gateway, and whether it did more.
//
// Pure functions of values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/attacks/attack.h"
#include "tests/attacks/honest_calls.h"

namespace gateway::attacks {

/// What a trial measured.
struct Trial {
  CallFigures at_rest;
  CallFigures attacked;
  /// Resident memory: the most, beyond what the gateway had at rest.
  double grown_megabytes = 0;
  bool is_alive = false;
  /// Afterwards a caller who connected anew was served.
  bool is_listening = false;
  int rounds = 0;
  /// Of the last whole round.
  std::string seen;
  /// In all whole rounds.
  bool is_contained = true;
};

enum class Verdict {
  kHolds,
  kHoldsForOthers,  ///< It does not for the attacked connection, as on the old base.
  kFailed,
  kNeedsNewerBase,  ///< It does not hold, as on the old base: no failure of ours.
};

/// What happened to the gateway and to callers on other connections, in words; empty: nothing.
std::vector<std::string> HarmToOthers(const Trial& trial);

/// `grpc`: the release that the gateway is built with ("1.51.1").
Verdict Judge(const Attack& attack, const Trial& trial, std::string_view grpc);

}  // namespace gateway::attacks
