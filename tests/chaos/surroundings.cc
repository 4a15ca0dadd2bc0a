#include "tests/chaos/surroundings.h"

#include <map>

#include "gateway/base/mutex.h"

namespace gateway::chaos {

void Surroundings::AddFailedCreate(const std::string& name, const CallResult& result) {
  const MutexLock lock(&mutex_);
  failed_creates_.emplace_back(name, result);
}

void Surroundings::CheckCreates() {
  std::map<std::string, int> created;
  for (const auto& [id, entry] : store.Ledger()) {
    if (entry.metadata.is_object()) created[entry.metadata.value("call", "")] += entry.created;
  }
  for (const auto& [name, times] : created) {
    report.Check(Invariant::kCreatedAtMostOnce, times == 1, [&] {
      return name + ": created " + std::to_string(times) + " times" + record.HistoryOf(name);
    });
  }
  const MutexLock lock(&mutex_);
  for (const auto& [name, result] : failed_creates_) {
    const bool is_created = created.contains(name);
    const auto check = [&](Invariant invariant, bool holds) {
      report.Check(invariant, holds,
                   [&] { return name + ": " + TextOf(result) + record.HistoryOf(name); });
    };
    if (result.code == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      check(Invariant::kRateLimitedIsNotCreated, !is_created);
    }
    if (result.outcome == "none") check(Invariant::kNoneMeansNotDone, !is_created);
    if (result.outcome == "done") check(Invariant::kDoneMeansDone, is_created);
  }
}

}  // namespace gateway::chaos
