// The API's errors and the body shapes that are in use for them. Pure functions.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>

namespace extend_simulator {

struct ApiError {
  int http_status;
  std::string code;
  std::string message;
  bool retryable = false;
  /// The run that the error is about; empty: none.
  std::string run_id = {};
};

ApiError InvalidRequest(std::string message);
ApiError NotFound(std::string message);

enum class ErrorShape : std::uint8_t {
  /// {"code","message","retryable","requestId","docUrl"}, and "runId" where a run is to blame
  kCurrent,
  /// {"error":{"code","message","retryable","requestId"}}, and "runId" in it
  kNested,
  /// {"success":false,"error":"text"}
  kLegacy,
  /// {"error":"text"}
  kText,
};

nlohmann::json ErrorBody(const ApiError& error, const std::string& request_id, ErrorShape shape);

}  // namespace extend_simulator
