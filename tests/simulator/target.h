// A request target (`/split_runs/a%2Fb?status=FAILED`) taken apart: first split, then decoded, so
// that an encoded `/` stays within its segment. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/list_query.h"

namespace extend_simulator {

struct Target {
  /// Decoded; never empty: "/" has one empty segment.
  std::vector<std::string> segments;
  Query query;
};

/// Nothing for a target that is no absolute path or has a broken %-escape.
std::optional<Target> ParseTarget(std::string_view text);

}  // namespace extend_simulator
