#include "tests/simulator/run_store.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace extend_simulator {
namespace {

constexpr std::string_view kIdAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr int kIdLength = 20;

using StatusCounts = std::map<RunStatus, std::size_t>;

bool WillFail(const RunRequest& request) {
  return request.file.name.find("corrupt") != std::string::npos;
}

/// A batch is as far as the run that is furthest behind; when all have ended, one that was
/// processed decides.
RunStatus BatchStatus(const StatusCounts& counts) {
  const auto any = [&](RunStatus status) { return counts.contains(status); };
  if (any(RunStatus::kPending) && counts.size() == 1) return RunStatus::kPending;
  if (any(RunStatus::kPending) || any(RunStatus::kProcessing)) return RunStatus::kProcessing;
  if (any(RunStatus::kCancelling)) return RunStatus::kCancelling;
  if (any(RunStatus::kProcessed)) return RunStatus::kProcessed;
  return any(RunStatus::kFailed) ? RunStatus::kFailed : RunStatus::kCancelled;
}

Batch NewBatch(const std::string& id, const StatusCounts& counts, Time created_at) {
  Batch batch{.id = id, .status = BatchStatus(counts), .run_count = 0, .created_at = created_at};
  for (const auto& [status, count] : counts) batch.run_count += count;
  return batch;
}

SplitRun NewRun(std::string id, RunStatus status, RunRequest request, Time now) {
  return {.id = std::move(id),
          .status = status,
          .request = std::move(request),
          .created_at = now,
          .updated_at = now};
}

}  // namespace

RunStore::RunStore(Durations durations, Now now, std::size_t max_runs,
                   PendingCancels pending_cancels)
    : durations_(durations),
      now_(std::move(now)),
      max_runs_(max_runs),
      pending_cancels_(pending_cancels) {}

std::optional<SplitRun> RunStore::Create(RunRequest request) {
  const std::scoped_lock lock(mutex_);
  if (ledger_.size() >= max_runs_) return std::nullopt;
  return Insert(std::move(request), now_());
}

std::optional<Batch> RunStore::CreateBatch(std::vector<RunRequest> requests) {
  const std::scoped_lock lock(mutex_);
  if (max_runs_ - ledger_.size() < requests.size()) return std::nullopt;
  const Time now = now_();
  const std::string id = NewId("bpr_");
  BatchEntry entry{.run_ids = {}, .created_at = now};
  StatusCounts counts;
  for (RunRequest& request : requests) {
    request.source = "BATCH_PROCESSOR_RUN";
    request.source_id = id;
    request.batch_id = id;
    const SplitRun run = Insert(std::move(request), now);
    ++counts[run.status];
    entry.run_ids.push_back(run.id);
  }
  batches_.emplace(id, std::move(entry));
  return NewBatch(id, counts, now);
}

std::optional<SplitRun> RunStore::Seed(std::string id, RunStatus status, RunRequest request,
                                       nlohmann::json shown) {
  const std::scoped_lock lock(mutex_);
  if (ledger_.size() >= max_runs_ || ledger_.contains(id)) return std::nullopt;
  if (id.empty()) id = NewId("splr_");
  const Time now = now_();
  Enter(id, status, request);
  Entry& entry = runs_[id];
  entry.run = NewRun(std::move(id), status, std::move(request), now);
  entry.run.shown = std::move(shown);
  return entry.run;
}

SplitRun RunStore::Insert(RunRequest request, Time now) {
  std::string id = NewId("splr_");
  Enter(id, RunStatus::kPending, request);
  Entry& entry = runs_[id];
  entry.starts_at = now + durations_.pending;
  if (durations_.processing) entry.ends_at = *entry.starts_at + *durations_.processing;
  entry.run = NewRun(std::move(id), RunStatus::kPending, std::move(request), now);
  Advance(entry, now);
  return entry.run;
}

std::optional<SplitRun> RunStore::Get(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const Entry* entry = Find(id);
  if (entry == nullptr) return std::nullopt;
  return entry->run;
}

std::optional<Batch> RunStore::GetBatch(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const auto batch = batches_.find(id);
  if (batch == batches_.end()) return std::nullopt;
  StatusCounts counts;
  for (const std::string& run_id : batch->second.run_ids) {
    Find(run_id);
    ++counts[ledger_[run_id].status];
  }
  return NewBatch(id, counts, batch->second.created_at);
}

RunPage RunStore::List(const ListQuery& query) {
  const std::scoped_lock lock(mutex_);
  const Time now = now_();
  std::vector<std::pair<PageKey, const SplitRun*>> found;
  for (auto& [id, entry] : runs_) {
    Advance(entry, now);
    if (!query.Matches(entry.run)) continue;
    PageKey key = query.KeyOf(entry.run);
    if (query.after && !query.Before(*query.after, key)) continue;
    found.emplace_back(std::move(key), &entry.run);
  }
  std::ranges::sort(found,
                    [&](const auto& a, const auto& b) { return query.Before(a.first, b.first); });
  const std::size_t size = std::min(found.size(), static_cast<std::size_t>(query.page_size));
  RunPage page;
  for (std::size_t i = 0; i < size; ++i) page.runs.push_back(*found[i].second);
  if (size < found.size()) page.next = found[size - 1].first;
  return page;
}

CancelResult RunStore::Cancel(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  Entry* entry = Find(id);
  if (entry == nullptr) return {.outcome = CancelOutcome::kNoSuchRun, .run = {}};
  if (!CanCancel(entry->run.status)) {
    ++ledger_[id].cancels_refused;
    return {.outcome = CancelOutcome::kRefused, .run = entry->run};
  }
  ++ledger_[id].cancels_accepted;
  const Time now = now_();
  if (!entry->cancels_at) entry->cancels_at = now + durations_.lingering;
  Advance(*entry, now);
  return {.outcome = CancelOutcome::kAccepted, .run = entry->run};
}

std::optional<SplitRun> RunStore::Finish(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  Entry* entry = Find(id);
  if (entry == nullptr) return std::nullopt;
  const Time now = now_();
  if (entry->run.status == RunStatus::kCancelling) {
    SetStatus(entry->run, RunStatus::kCancelled, now);
  }
  entry->starts_at = std::min(entry->starts_at.value_or(now), now);
  entry->ends_at = std::min(entry->ends_at.value_or(now), now);
  Advance(*entry, now);
  return entry->run;
}

bool RunStore::Delete(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  if (Find(id) == nullptr) return false;
  ++ledger_[id].deleted;
  runs_.erase(id);
  return true;
}

std::map<std::string, LedgerEntry> RunStore::Ledger() {
  const std::scoped_lock lock(mutex_);
  const Time now = now_();
  for (auto& [id, entry] : runs_) Advance(entry, now);
  return ledger_;
}

std::optional<LedgerEntry> RunStore::LedgerOf(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  Find(id);  // Brings its state up to date.
  const auto found = ledger_.find(id);
  if (found == ledger_.end()) return std::nullopt;
  return found->second;
}

RunStore::Entry* RunStore::Find(const std::string& id) {
  const auto found = runs_.find(id);
  if (found == runs_.end()) return nullptr;
  Advance(found->second, now_());
  return &found->second;
}

bool RunStore::CanCancel(RunStatus status) const {
  if (status == RunStatus::kPending) return pending_cancels_ == PendingCancels::kAllowed;
  return status == RunStatus::kProcessing;
}

void RunStore::Advance(Entry& entry, Time now) {
  using enum RunStatus;
  SplitRun& run = entry.run;
  const Time cancels_at = entry.cancels_at.value_or(Time::max());
  const Time starts_at = entry.starts_at.value_or(Time::max());
  if (run.status == kPending && starts_at <= std::min(now, cancels_at)) {
    SetStatus(run, kProcessing, starts_at);
  }
  const Time ends_at =
      run.status == kProcessing ? entry.ends_at.value_or(Time::max()) : Time::max();
  const bool under_way = run.status == kPending || run.status == kProcessing;
  if (under_way && std::min(ends_at, cancels_at) <= now) {
    if (cancels_at < ends_at) {
      SetStatus(run, kCancelling, cancels_at);
    } else {
      SetStatus(run, WillFail(run.request) ? kFailed : kProcessed, ends_at);
    }
  }
  // A run that was CANCELLING from the start has no such time, and stays.
  if (run.status == kCancelling && entry.cancels_at && cancels_at + durations_.cancelling <= now) {
    SetStatus(run, kCancelled, cancels_at + durations_.cancelling);
  }
}

void RunStore::SetStatus(SplitRun& run, RunStatus status, Time when) {
  run.status = status;
  run.updated_at = when;
  ledger_[run.id].status = status;
}

void RunStore::Enter(const std::string& id, RunStatus status, const RunRequest& request) {
  LedgerEntry& entry = ledger_[id];
  entry.status = status;
  entry.created = 1;
  entry.metadata = request.metadata;
}

std::string RunStore::NewId(const char* prefix) {
  std::uniform_int_distribution<std::size_t> letter(0, kIdAlphabet.size() - 1);
  std::string id = prefix;
  for (int i = 0; i < kIdLength; ++i) id += kIdAlphabet[letter(random_)];
  return id;
}

}  // namespace extend_simulator
