// What a campaign has found: outcomes, checks of each invariant, wrong responses.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/mutex.h"

namespace gateway::chaos {

enum class Invariant {
  kEndsInTime,
  kDeadlineIsNotEarly,
  kCancelOkMeansCancelled,
  kOnlyCancellerSucceeds,
  kNotCancellableMeansEnded,
  kCreatedAtMostOnce,
  kCreatedIsThere,
  kRateLimitedIsNotCreated,
  kOutcomeIsGiven,
  kNoneMeansNotDone,
  kDoneMeansDone,
  kPlainRefusalIsNone,
  kStaleIsNeverUsed,
  kGetIsTrue,
  kListIsTrue,
  kDeletedIsGone,
  kOnlyDeleterSucceeds,
  kNotFoundIsTrue,
  kCodeIsPossible,
  kRetriesHappen,
  kDescriptorsReturn,
  kMemoryReturns,
  kStopsCleanly,
  kServerMetricsAgree,
  kUpstreamMetricsAgree,
  kReconcilingHappens,
  kIdleIsIdle,
};
inline constexpr std::size_t kInvariants = 27;

/// Begins the name of a count that is no operation's.
inline constexpr std::string_view kNote = "(note) ";

class Report {
 public:
  /// By operation and outcome ("OK", "UNAVAILABLE HTTP_502").
  using Outcomes = std::map<std::pair<std::string, std::string>, std::uint64_t>;

  void Count(const std::string& operation, const std::string& outcome);
  /// `detail` is called only if it does not hold.
  template <class Detail>
  void Check(Invariant invariant, bool holds, const Detail& detail) {
    Checked(invariant);
    if (!holds) Violated(invariant, detail());
  }
  /// It cannot be checked: neither passed nor failed.
  void Skip(Invariant invariant, std::string why);

  [[nodiscard]] Outcomes outcomes();
  /// Prints outcomes, wrong responses, invariants, and last `N passed, N failed`. An invariant that
  /// was never put to the test has failed. True if none has.
  bool Print();

 private:
  /// Shown of each invariant; all are counted.
  static constexpr std::size_t kMaxDetails = 10;
  struct Tally {
    std::uint64_t checked = 0;
    std::uint64_t violated = 0;
    std::vector<std::string> details;
    std::string skipped;
  };

  void Checked(Invariant invariant);
  void Violated(Invariant invariant, std::string detail);

  Mutex mutex_;
  Outcomes outcomes_ ABSL_GUARDED_BY(mutex_);
  std::array<Tally, kInvariants> tallies_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway::chaos
