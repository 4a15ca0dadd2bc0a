// The runs and what happens to them: PENDING → PROCESSING → PROCESSED or FAILED as time goes by,
// CANCELLING → CANCELLED when asked for in between. Keeps a ledger of what was done to every run,
// even after it is deleted, so that a test can see whether something happened twice.
//
// Thread-safe. A run's state is brought up to date when it is looked at; no thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/simulator/list_query.h"
#include "tests/simulator/run.h"

namespace extend_simulator {

/// How long a created run stays in each state.
struct Durations {
  std::chrono::milliseconds pending{0};
  /// Nothing: until it is cancelled.
  std::optional<std::chrono::milliseconds> processing{std::chrono::seconds{30}};
  /// Between an accepted cancel and CANCELLING: the run shows what it did before. One that finishes
  /// within that time is PROCESSED after all.
  std::chrono::milliseconds lingering{0};
  /// Between CANCELLING and CANCELLED. At 0 a run is never CANCELLING.
  std::chrono::milliseconds cancelling{0};
};

/// What was done to one run. Counts of requests that the simulator carried out, whether or not
/// their responses arrived.
struct LedgerEntry {
  RunStatus status = RunStatus::kPending;
  int created = 0;
  int cancels_accepted = 0;
  int cancels_refused = 0;
  int deleted = 0;
  nlohmann::json metadata;
};

/// What a cancel of a PENDING run meets; the API's reference and its tools disagree.
enum class PendingCancels : std::uint8_t { kRefused, kAllowed };

enum class CancelOutcome : std::uint8_t { kAccepted, kRefused, kNoSuchRun };

struct CancelResult {
  CancelOutcome outcome;
  /// The run after the cancel; without meaning when there is none.
  SplitRun run;
};

class RunStore {
 public:
  /// At most `max_runs` are created in a store's life: deleted ones count, the ledger has them.
  RunStore(Durations durations, Now now, std::size_t max_runs,
           PendingCancels pending_cancels = PendingCancels::kRefused);

  /// Nothing when all runs are used up. A run whose file's name contains "corrupt" will fail.
  std::optional<SplitRun> Create(RunRequest request);
  /// All or none.
  std::optional<Batch> CreateBatch(std::vector<RunRequest> requests);
  /// A run that is in `status` from the start and, unless cancelled, stays there. False when the id
  /// is taken or all runs are used up. An empty id: one is made up, see the returned run. `shown`:
  /// see SplitRun.
  std::optional<SplitRun> Seed(std::string id, RunStatus status, RunRequest request,
                               nlohmann::json shown = nullptr);

  std::optional<SplitRun> Get(const std::string& id);
  std::optional<Batch> GetBatch(const std::string& id);
  RunPage List(const ListQuery& query);
  /// Accepted in PROCESSING, and in PENDING where that is allowed.
  CancelResult Cancel(const std::string& id);
  /// Ends a run at once, as its time would (CANCELLED, if it is CANCELLING); one that has ended
  /// stays as it is. Nothing when there is no such run.
  std::optional<SplitRun> Finish(const std::string& id);
  /// False when there is no such run.
  bool Delete(const std::string& id);

  std::map<std::string, LedgerEntry> Ledger();
  std::optional<LedgerEntry> LedgerOf(const std::string& id);

 private:
  struct Entry {
    SplitRun run;
    std::optional<Time> starts_at;
    std::optional<Time> ends_at;
    /// When it begins to be CANCELLING.
    std::optional<Time> cancels_at;
  };
  struct BatchEntry {
    std::vector<std::string> run_ids;
    Time created_at;
  };

  // All of these want mutex_ held.
  SplitRun Insert(RunRequest request, Time now);
  void Enter(const std::string& id, RunStatus status, const RunRequest& request);
  Entry* Find(const std::string& id);
  [[nodiscard]] bool CanCancel(RunStatus status) const;
  void Advance(Entry& entry, Time now);
  void SetStatus(SplitRun& run, RunStatus status, Time when);
  std::string NewId(const char* prefix);

  const Durations durations_;
  const Now now_;
  const std::size_t max_runs_;
  const PendingCancels pending_cancels_;

  std::mutex mutex_;
  std::mt19937_64 random_{std::random_device{}()};
  std::map<std::string, Entry> runs_;
  std::map<std::string, BatchEntry> batches_;
  std::map<std::string, LedgerEntry> ledger_;
};

}  // namespace extend_simulator
