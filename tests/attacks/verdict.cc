#include "tests/attacks/verdict.h"

#include <fmt/format.h>

#include "gateway/serving/grpc_library.h"

namespace gateway::attacks {
namespace {

constexpr double kSlowestCallMs = 1'000;
/// gRPC 1.83 takes up to 115 for headers without end, however long that lasts.
constexpr double kMostMegabytes = 128;

}  // namespace

std::vector<std::string> HarmToOthers(const Trial& trial) {
  std::vector<std::string> harm;
  if (!trial.is_alive) harm.emplace_back("the gateway died");
  if (trial.is_alive && !trial.is_listening) harm.emplace_back("new callers are not served");
  if (trial.attacked.failures > 0) {
    harm.push_back(fmt::format("{} of {} calls failed, the first with {}", trial.attacked.failures,
                               trial.attacked.latencies.size(), trial.attacked.first_error));
  }
  if (trial.attacked.P99() > kSlowestCallMs) harm.emplace_back("calls took over a second");
  if (trial.grown_megabytes > kMostMegabytes) harm.emplace_back("memory grew by over 128 MB");
  return harm;
}

Verdict Judge(const Attack& attack, const Trial& trial, std::string_view grpc) {
  const bool holds_for_others = HarmToOthers(trial).empty();
  if (holds_for_others && trial.is_contained) return Verdict::kHolds;
  if (!HasKnownHoles(grpc) || attack.old_base == OldBase::kHolds) return Verdict::kFailed;
  if (attack.old_base == OldBase::kHarmsOthers) return Verdict::kNeedsNewerBase;
  return holds_for_others ? Verdict::kHoldsForOthers : Verdict::kFailed;
}

}  // namespace gateway::attacks
