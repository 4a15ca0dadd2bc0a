// What tests see and do behind the API's back, under /_simulator/: no token, no rate limit.
//   GET  /_simulator/ledger   {"runs": {id: {status, created, cancelsAccepted, cancelsRefused,
//   deleted,
//                             metadata}}}, deleted runs included
//   POST /_simulator/runs     {"status", "id"?, "fileName"?}: a run that stays in this state
//
// Thread-safe. The store outlives it.
#pragma once

#include "tests/simulator/api_message.h"
#include "tests/simulator/run_store.h"

namespace extend_simulator {

class ControlHandlers {
 public:
  ControlHandlers(RunStore& store, int splits) : store_(store), splits_(splits) {}

  /// Nothing when the target is not under /_simulator/.
  std::optional<ApiResponse> Answer(const ApiRequest& request);

 private:
  nlohmann::json Ledger();
  ApiResponse Seed(const std::string& body);

  RunStore& store_;
  const int splits_;
};

}  // namespace extend_simulator
