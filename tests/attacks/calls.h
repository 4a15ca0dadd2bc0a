// The one call that honest callers and attackers make: a read that the simulator answers at once.
//
// Pure functions.
#pragma once

#include <string>

#include "extend/v1/split_run_service.pb.h"
#include "tests/simulator/simulator.h"

namespace gateway::attacks {

inline constexpr const char* kMethod = "/extend.v1.SplitRunService/GetSplitRun";

inline extend::v1::GetSplitRunRequest RequestOfCall() {
  extend::v1::GetSplitRunRequest request;
  request.set_id(extend_simulator::kSeededRuns.front().first);
  return request;
}

}  // namespace gateway::attacks
