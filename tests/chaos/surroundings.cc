#include "tests/chaos/surroundings.h"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/base/mutex.h"

namespace gateway::chaos {

void Surroundings::AddFailedCreate(const std::string& name, const CallResult& result) {
  // At the end the record has forgotten all but the last ones.
  std::string history = result.outcome == "none" ? record.HistoryOf(name) : std::string();
  const MutexLock lock(&mutex_);
  failed_creates_.push_back({name, result, std::move(history)});
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
  const auto rate_limited = [](const FailedCreate& create) {
    return create.result.code == grpc::StatusCode::RESOURCE_EXHAUSTED;
  };
  if (std::ranges::none_of(failed_creates_, rate_limited)) {
    report.Skip(Invariant::kRateLimitedIsNotCreated, "there was none: one in a thousand calls is");
  }
  for (const auto& [name, result, history] : failed_creates_) {
    const bool is_created = created.contains(name);
    const auto check = [&](Invariant invariant, bool holds) {
      report.Check(invariant, holds,
                   [&] { return name + ": " + TextOf(result) + " " + result.message + history; });
    };
    if (result.code == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      check(Invariant::kRateLimitedIsNotCreated, !is_created);
    }
    if (result.outcome == "none") check(Invariant::kNoneMeansNotDone, !is_created);
    if (result.outcome == "done") check(Invariant::kDoneMeansDone, is_created);
  }
}

}  // namespace gateway::chaos
