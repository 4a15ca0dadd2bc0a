// The whole simulator without its socket: a store, the API, the control endpoints, and the runs
// that are there from the start.
//
// Thread-safe.
#pragma once

#include <array>
#include <utility>

#include "tests/simulator/api_handlers.h"
#include "tests/simulator/control_handlers.h"
#include "tests/simulator/create_request.h"
#include "tests/simulator/outage.h"

namespace extend_simulator {

struct SimulatorOptions {
  ApiOptions api;
  Durations durations;
  /// Creating more is refused with 402 USAGE_BLOCKED.
  std::size_t max_runs = 1'000'000;
  PendingCancels pending_cancels = PendingCancels::kRefused;
};

/// One run in each state that lasts, which they keep until they are cancelled or deleted.
inline constexpr std::array<std::pair<const char*, RunStatus>, 6> kSeededRuns{{
    {"splr_Xj8mK2pL9nR4vT7qY5wZ", RunStatus::kProcessing},
    {"splr_Bq3nT7wE1xU6yH9sD2fG", RunStatus::kProcessing},
    {"splr_Pn5cV8bM4kJ1hG6tR3eW", RunStatus::kPending},
    {"splr_Dk2sA9fL7zX4cQ8vN1mB", RunStatus::kProcessed},
    {"splr_Fy6uI3oP5aS2dJ7gH4kL", RunStatus::kFailed},
    {"splr_Cw1eR8tY4uQ6iZ3xV9bN", RunStatus::kCancelled},
}};

class Simulator {
 public:
  Simulator(const SimulatorOptions& options, const Now& now)
      : store_(options.durations, now, options.max_runs, options.pending_cancels),
        outages_(now),
        api_(options.api, store_, now),
        control_(store_, outages_, options.api.splits) {
    for (const auto& [id, status] : kSeededRuns)
      store_.Seed(id, status, DefaultRequest("packet.pdf"));
  }

  ApiResponse Handle(const ApiRequest& request) {
    if (auto response = control_.Handle(request)) return *std::move(response);
    const std::optional<Outage> outage = outages_.Meet(request.method, request.target);
    if (outage && !outage->processes) return OutageResponse(*outage);
    ApiResponse response = api_.Handle(request);
    return outage ? OutageResponse(*outage) : response;
  }
  /// For tests in the same process.
  RunStore& store() { return store_; }
  ApiResponse ErrorResponse(const ApiError& error) { return api_.ErrorResponse(error); }

 private:
  ApiResponse OutageResponse(const Outage& outage) {
    ApiResponse response = api_.ErrorResponse({.http_status = outage.status,
                                               .code = "OUTAGE",
                                               .message = "Simulated outage",
                                               .retryable = outage.status >= 500});
    if (outage.retry_after) {
      response.headers.emplace_back("Retry-After", std::to_string(*outage.retry_after));
    }
    if (outage.closes) response.delivery = Delivery::kNothing;
    return response;
  }

  RunStore store_;
  OutageSwitch outages_;
  ApiHandlers api_;
  ControlHandlers control_;
};

}  // namespace extend_simulator
