// What tests see and do behind the API's back, under /_simulator/: no token, no rate limit.
//   GET  /_simulator/ledger
//     {"runs": {id: {status, created, cancelsAccepted, cancelsRefused, deleted, metadata}}},
//     deleted runs included
//   POST /_simulator/runs, with {"status", "id"?, "fileName"?, "shown"?}
//     a run that stays in this state; "shown" is a JSON merge patch of what the API shows of it
//   POST /_simulator/runs/{id}/finish
//     ends the run now: PROCESSED or FAILED
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
  std::optional<ApiResponse> Handle(const ApiRequest& request);

 private:
  nlohmann::json Ledger();
  ApiResponse Seed(const std::string& body);
  ApiResponse Finish(const std::string& id);

  RunStore& store_;
  const int splits_;
};

}  // namespace extend_simulator
