// What tests see and do behind the API's back, under /_simulator/: no token, no rate limit.
//   GET  /_simulator/ledger
//     {"runs": {id: {status, created, cancelsAccepted, cancelsRefused, deleted, metadata}}},
//     deleted runs included
//   POST /_simulator/runs, with {"status", "id"?, "fileName"?, "shown"?}
//     a run that stays in this state; "shown" is a JSON merge patch of what the API shows of it
//   POST /_simulator/runs/{id}/finish
//     ends the run now: PROCESSED or FAILED, or CANCELLED if it is CANCELLING
//   POST /_simulator/outage, with {"requests" or "seconds", "status"? or "close"?, "retryAfter"?,
//       "processed"?, "method"?, "path"?}
//     the next N requests, or those of the next S seconds, get this status (503) instead of being
//     processed, or the end of their connection ("close": true); "processed": true carries them out
//     first. Only those of this method and path, such as POST and /split_runs/*/cancel
//   GET /_simulator/outage
//     {"active", "requests"}: how many requests it has befallen
//   DELETE /_simulator/outage
//     ends it
//
// Thread-safe. What it refers to outlives it.
#pragma once

#include "tests/simulator/api_message.h"
#include "tests/simulator/outage.h"
#include "tests/simulator/run_store.h"

namespace extend_simulator {

class ControlHandlers {
 public:
  ControlHandlers(RunStore& store, OutageSwitch& outages, int splits)
      : store_(store), outages_(outages), splits_(splits) {}

  /// Nothing when the target is not under /_simulator/.
  std::optional<ApiResponse> Handle(const ApiRequest& request);

 private:
  nlohmann::json Ledger();
  ApiResponse Seed(const std::string& body);
  ApiResponse Finish(const std::string& id);
  ApiResponse HandleOutage(const ApiRequest& request);

  RunStore& store_;
  OutageSwitch& outages_;
  const int splits_;
};

}  // namespace extend_simulator
