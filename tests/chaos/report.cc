#include "tests/chaos/report.h"

#include <cstdio>

#include "gateway/base/mutex.h"

namespace gateway::chaos {
namespace {

constexpr std::array<std::string_view, kInvariants> kRules = {
    "every call ends by its deadline + 250 ms, and the machine's own lag",
    "the gateway's DEADLINE_EXCEEDED never comes before the deadline",
    "a cancel is OK only if the run is cancelled, and shows it",
    "the only canceller of a run is never given ALREADY_CANCELLED",
    "NOT_CANCELLABLE only if the run has ended otherwise, and says how",
    "a create is processed at most once",
    "a create that is OK was processed, and names its run",
    "a create that is RESOURCE_EXHAUSTED was not processed",
    "every error of a cancel, create or delete says none, unknown or done",
    "none only if nothing was done",
    "done only if something was done",
    "a refusal by the upstream that no fault befell says none",
    "bytes on an idle connection are never taken for a response",
    "a get that is OK shows the run as it is",
    "a list that is OK shows the runs that match, all of them and no others",
    "a delete is OK only if the run is gone",
    "the only deleter of a run is never given NOT_FOUND",
    "NOT_FOUND only for runs that are not there",
    "every code and reason is one that the faults allow",
    "retries happen",
    "the gateway's descriptors return to those at the start, but for pooled connections",
    "the gateway's memory stays bounded",
    "the gateway stops cleanly",
    "/metrics counts the calls that the clients counted",
    "/metrics counts the responses that the upstream gave",
    "reconciling happens, with every outcome",
    "the gateway uses no processor when no call runs",
};

}  // namespace

void Report::Count(const std::string& operation, const std::string& outcome) {
  const MutexLock lock(&mutex_);
  ++outcomes_[{operation, outcome}];
}

void Report::Checked(Invariant invariant) {
  const MutexLock lock(&mutex_);
  ++tallies_.at(static_cast<std::size_t>(invariant)).checked;
}

void Report::Violated(Invariant invariant, std::string detail) {
  const MutexLock lock(&mutex_);
  Tally& tally = tallies_.at(static_cast<std::size_t>(invariant));
  ++tally.violated;
  if (tally.details.size() < kMaxDetails) tally.details.push_back(std::move(detail));
}

void Report::Skip(Invariant invariant, std::string why) {
  const MutexLock lock(&mutex_);
  tallies_.at(static_cast<std::size_t>(invariant)).skipped = std::move(why);
}

Report::Outcomes Report::outcomes() {
  const MutexLock lock(&mutex_);
  return outcomes_;
}

bool Report::Print() {
  const MutexLock lock(&mutex_);
  std::puts("\noutcomes");
  for (const auto& [key, count] : outcomes_) {
    std::printf("%10lu  %-28s %s\n", count, key.first.c_str(), key.second.c_str());
  }
  std::puts("\ninvariants (checks, wrong)");
  int passed = 0;
  int failed = 0;
  for (std::size_t i = 0; i < kInvariants; ++i) {
    const Tally& tally = tallies_.at(i);
    const bool skips = !tally.skipped.empty();
    const bool holds = tally.violated == 0 && tally.checked > 0;
    if (!skips) ++(holds ? passed : failed);
    std::printf("%10lu %6lu  %-7s %s\n", tally.checked, tally.violated,
                skips ? "skipped" : (holds ? "ok" : "FAILED"), kRules.at(i).data());
    if (skips) std::printf("%28s%s\n", "", tally.skipped.c_str());
    for (const std::string& detail : tally.details) std::printf("%28s%s\n", "", detail.c_str());
  }
  std::printf("\n%d passed, %d failed\n", passed, failed);
  static_cast<void>(std::fflush(stdout));
  return failed == 0;
}

}  // namespace gateway::chaos
