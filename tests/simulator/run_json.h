// The JSON of the API's responses, with every documented key. Pure functions of a run: the same run
// always looks the same.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/simulator/run.h"

namespace extend_simulator {

/// A whole SplitRun. A processed one has `splits` splits of kPagesPerSplit pages.
nlohmann::json RunJson(const SplitRun& run, int splits);
/// SplitRunSummary: without outputs and config, usage without breakdown.
nlohmann::json RunSummaryJson(const SplitRun& run, int splits);
nlohmann::json BatchJson(const Batch& batch);

/// RFC 3339 in UTC, with milliseconds unless they are zero.
std::string TimeText(Time time);

inline constexpr int kPagesPerSplit = 2;

}  // namespace extend_simulator
