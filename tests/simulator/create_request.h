// The bodies of POST /split_runs and POST /split_runs/batch: JSON text to checked requests. Pure
// functions; whatever the text, the outcome is a request or a documented error.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/simulator/errors.h"
#include "tests/simulator/run.h"

namespace extend_simulator {

inline constexpr int kMaxJsonDepth = 100;
inline constexpr std::size_t kMaxMetadataBytes = std::size_t{10} << 10;
inline constexpr std::size_t kMaxBatchInputs = 1000;

/// A JSON object of bounded depth.
tl::expected<nlohmann::json, ApiError> ParseObject(const std::string& text);

tl::expected<RunRequest, ApiError> ParseCreateRequest(const nlohmann::json& body);
tl::expected<std::vector<RunRequest>, ApiError> ParseBatchRequest(const nlohmann::json& body);

/// What a run is made of when nobody says.
RunRequest DefaultRequest(std::string file_name);

}  // namespace extend_simulator
