// The REST spellings of a run's states.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "tests/simulator/run.h"

namespace extend_simulator {

inline constexpr std::array<std::pair<RunStatus, std::string_view>, 6> kStatusNames{{
    {RunStatus::kPending, "PENDING"},
    {RunStatus::kProcessing, "PROCESSING"},
    {RunStatus::kProcessed, "PROCESSED"},
    {RunStatus::kFailed, "FAILED"},
    {RunStatus::kCancelled, "CANCELLED"},
    {RunStatus::kCancelling, "CANCELLING"},
}};

constexpr std::string_view StatusName(RunStatus status) {
  return kStatusNames[static_cast<std::size_t>(status)].second;
}

constexpr std::optional<RunStatus> ParseStatus(std::string_view name) {
  for (const auto& [status, spelling] : kStatusNames) {
    if (spelling == name) return status;
  }
  return std::nullopt;
}

}  // namespace extend_simulator
