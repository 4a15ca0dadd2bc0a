// The upstream as the walk knows it: one run, and who did what to it. Plain values.
#pragma once

#include <string_view>

namespace gateway::sequences {

enum class RunState { kProcessing, kCancelling, kCancelled, kProcessed, kFailed, kGone };
enum class Who { kNobody, kUs, kAnother };
enum class Method { kCancel, kDelete, kCreate, kGet };

constexpr std::string_view NameOf(RunState state) {
  constexpr std::string_view kNames[] = {"PROCESSING", "CANCELLING", "CANCELLED",
                                         "PROCESSED",  "FAILED",     "gone"};
  return kNames[static_cast<int>(state)];
}

struct UpstreamModel {
  /// A cancelled run stays CANCELLING until the world goes on.
  bool lingers = false;
  RunState state = RunState::kProcessing;
  Who canceller = Who::kNobody;
  Who deleter = Who::kNobody;
  int created = 0;
  /// Requests of the call that have arrived, and that nobody has looked at.
  int unprocessed = 0;

  /// Processes a request: the HTTP status of the truthful response.
  int Process(Method method, Who who) {
    if (method == Method::kCreate) return ++created, 200;
    if (state == RunState::kGone) return 404;
    if (method == Method::kGet) return 200;
    if (method == Method::kDelete) return state = RunState::kGone, deleter = who, 200;
    if (state != RunState::kProcessing) return 409;
    state = lingers ? RunState::kCancelling : RunState::kCancelled;
    return canceller = who, 200;
  }

  [[nodiscard]] bool CancelAccepted() const {
    return state == RunState::kCancelling || state == RunState::kCancelled;
  }
  /// Whether a request of the call has changed something, and the change stands.
  [[nodiscard]] bool WeActed(Method method) const {
    if (method == Method::kCancel) return canceller == Who::kUs && CancelAccepted();
    return created > 0 || deleter == Who::kUs;
  }
};

}  // namespace gateway::sequences
