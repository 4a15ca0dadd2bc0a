// Extend's API for split runs: checks every request as the real one does (token, version,
// workspace, rate) and serves its seven endpoints from a store.
//
// Thread-safe. The store outlives it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "tests/simulator/api_message.h"
#include "tests/simulator/errors.h"
#include "tests/simulator/rate_limiter.h"
#include "tests/simulator/run_store.h"
#include "tests/simulator/target.h"

namespace extend_simulator {

struct ApiOptions {
  /// Empty: any bearer token will do.
  std::string api_key;
  bool require_workspace = false;
  /// The HTTP status of a refused cancel, which the API's reference leaves open.
  int refusal_status = 400;
  /// Every response to a cancel, accepted or refused, is lost on its way.
  bool lose_cancel_responses = false;
  ErrorShape error_shape = ErrorShape::kCurrent;
  /// Per category; 0: no limit.
  int requests_per_second = 0;
  /// Splits in the output of a processed run: a few thousand make a response of megabytes.
  int splits = 2;
};

class ApiHandlers {
 public:
  ApiHandlers(ApiOptions options, RunStore& store, Now now);

  ApiResponse Handle(const ApiRequest& request);
  /// A documented error body for a request that is not even HTTP.
  ApiResponse ErrorResponse(const ApiError& error);

 private:
  using Outcome = tl::expected<nlohmann::json, ApiError>;
  struct Call {
    /// The path's variable, if it has one.
    std::string id;
    Query query;
    std::string body;
  };
  struct Route;

  Outcome Dispatch(const ApiRequest& request, ApiResponse& response);
  std::string NextRequestId();
  std::optional<ApiError> RefuseByHeaders(const ApiRequest& request, ApiResponse& response) const;
  std::optional<ApiError> RefuseByRate(RateCategory category, ApiResponse& response);

  Outcome Create(const Call& call);
  Outcome CreateBatch(const Call& call);
  Outcome List(const Call& call);
  Outcome Get(const Call& call);
  Outcome Cancel(const Call& call);
  Outcome Delete(const Call& call);
  Outcome GetBatch(const Call& call);

  static const std::vector<Route>& Routes();

  const ApiOptions options_;
  RunStore& store_;
  const Now now_;
  RateLimiter limiter_;
  std::atomic<std::uint64_t> request_count_{0};
};

}  // namespace extend_simulator
