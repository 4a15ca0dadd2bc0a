#include "tests/simulator/errors.h"

#include <utility>

namespace extend_simulator {

ApiError InvalidRequest(std::string message) {
  return {.http_status = 400, .code = "INVALID_REQUEST", .message = std::move(message)};
}
ApiError NotFound(std::string message) {
  return {.http_status = 404, .code = "NOT_FOUND", .message = std::move(message)};
}

nlohmann::json ErrorBody(const ApiError& error, const std::string& request_id, ErrorShape shape) {
  nlohmann::json fields = {{"code", error.code},
                           {"message", error.message},
                           {"retryable", error.retryable},
                           {"requestId", request_id}};
  if (!error.run_id.empty()) fields["runId"] = error.run_id;
  switch (shape) {
    case ErrorShape::kCurrent:
      fields["docUrl"] = "https://docs.extend.ai/errors#" + error.code;
      return fields;
    case ErrorShape::kNested:
      return {{"error", std::move(fields)}};
    case ErrorShape::kLegacy:
      return {{"success", false}, {"error", error.message}};
    case ErrorShape::kText:
      break;
  }
  return {{"error", error.message}};
}

}  // namespace extend_simulator
