#include "tests/simulator/run_store.h"

#include <gtest/gtest.h>

#include "tests/simulator/create_request.h"
#include "tests/simulator/test_clock.h"

namespace extend_simulator {
namespace {

using namespace std::chrono_literals;

class RunStoreTest : public testing::Test {
 protected:
  RunStore Store(Durations durations = {}) { return {durations, clock_.Function(), 100}; }
  static RunStatus StatusOf(RunStore& store, const std::string& id) {
    return store.Get(id).value().status;
  }
  static std::string CreateIn(RunStore& store) {
    return store.Create(DefaultRequest("packet.pdf")).value().id;
  }

  TestClock clock_;
};

TEST_F(RunStoreTest, RunGoesThroughItsStatesInTime) {
  RunStore store = Store({.pending = 2s, .processing = 10s});
  const std::string id = CreateIn(store);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kPending);
  clock_.Pass(2s);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kProcessing);
  clock_.Pass(9999ms);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kProcessing);
  clock_.Pass(1ms);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kProcessed);
}

TEST_F(RunStoreTest, StatesThatNobodyLookedAtArePassedInOneStep) {
  RunStore store = Store({.pending = 2s, .processing = 10s});
  const SplitRun created = store.Create(DefaultRequest("packet.pdf")).value();
  clock_.Pass(1h);
  const SplitRun run = store.Get(created.id).value();
  EXPECT_EQ(run.status, RunStatus::kProcessed);
  EXPECT_EQ(run.updated_at, created.created_at + 12s);
}

TEST_F(RunStoreTest, CreatedRunIsProcessingAtOnceByDefault) {
  RunStore store = Store();
  EXPECT_EQ(store.Create(DefaultRequest("packet.pdf")).value().status, RunStatus::kProcessing);
}

TEST_F(RunStoreTest, CorruptFileFails) {
  RunStore store = Store({.processing = 1s});
  const std::string id = store.Create(DefaultRequest("corrupt.pdf")).value().id;
  clock_.Pass(1s);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kFailed);
}

TEST_F(RunStoreTest, RunWithoutADurationStaysProcessing) {
  RunStore store = Store({.processing = std::nullopt});
  const std::string id = CreateIn(store);
  clock_.Pass(1000h);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kProcessing);
}

TEST_F(RunStoreTest, FinishedRunEndsAsItsTimeWould) {
  RunStore store = Store({.pending = 10s, .processing = std::nullopt});
  for (const auto& [name, status] : {std::pair("packet.pdf", RunStatus::kProcessed),
                                     std::pair("corrupt.pdf", RunStatus::kFailed)}) {
    const std::string id = store.Create(DefaultRequest(name)).value().id;
    clock_.Pass(2s);
    const SplitRun finished = store.Finish(id).value();
    EXPECT_EQ(finished.status, status);
    EXPECT_EQ(finished.updated_at, finished.created_at + 2s);
    clock_.Pass(1h);
    EXPECT_EQ(store.Finish(id).value().updated_at, finished.updated_at) << "it had ended";
  }
  EXPECT_FALSE(store.Finish("none"));
}

TEST_F(RunStoreTest, FinishingLeavesACancelledRunCancelled) {
  RunStore store = Store();
  const std::string id = CreateIn(store);
  store.Cancel(id);
  EXPECT_EQ(store.Finish(id).value().status, RunStatus::kCancelled);
}

TEST_F(RunStoreTest, CancelIsAcceptedOnlyInProcessing) {
  RunStore store = Store();
  const struct {
    RunStatus status;
    CancelOutcome outcome;
    RunStatus after;
  } kCases[] = {
      {RunStatus::kPending, CancelOutcome::kRefused, RunStatus::kPending},
      {RunStatus::kProcessing, CancelOutcome::kAccepted, RunStatus::kCancelled},
      {RunStatus::kProcessed, CancelOutcome::kRefused, RunStatus::kProcessed},
      {RunStatus::kFailed, CancelOutcome::kRefused, RunStatus::kFailed},
      {RunStatus::kCancelled, CancelOutcome::kRefused, RunStatus::kCancelled},
      {RunStatus::kCancelling, CancelOutcome::kRefused, RunStatus::kCancelling},
  };
  for (const auto& expected : kCases) {
    const std::string id = store.Seed("", expected.status, DefaultRequest("packet.pdf")).value().id;
    const CancelResult result = store.Cancel(id);
    EXPECT_EQ(result.outcome, expected.outcome) << static_cast<int>(expected.status);
    EXPECT_EQ(result.run.status, expected.after) << static_cast<int>(expected.status);
    EXPECT_EQ(StatusOf(store, id), expected.after) << static_cast<int>(expected.status);
  }
}

TEST_F(RunStoreTest, CancelOfAnUnknownRunIsNoRefusal) {
  RunStore store = Store();
  EXPECT_EQ(store.Cancel("splr_unknown").outcome, CancelOutcome::kNoSuchRun);
  EXPECT_TRUE(store.Ledger().empty());
}

TEST_F(RunStoreTest, LingeringCancelShowsProcessingForAWhile) {
  RunStore store = Store({.lingering = 3s});
  const std::string id = CreateIn(store);
  EXPECT_EQ(store.Cancel(id).run.status, RunStatus::kProcessing);
  clock_.Pass(2s);
  EXPECT_EQ(store.Cancel(id).outcome, CancelOutcome::kAccepted);
  clock_.Pass(1s);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kCancelled) << "a second cancel must not prolong it";
}

TEST_F(RunStoreTest, RunThatFinishesBeforeItsCancelIsProcessed) {
  RunStore store = Store({.processing = 10s, .lingering = 3s});
  const std::string id = CreateIn(store);
  clock_.Pass(8s);
  EXPECT_EQ(store.Cancel(id).outcome, CancelOutcome::kAccepted);
  clock_.Pass(1h);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kProcessed);
}

TEST_F(RunStoreTest, CancelledRunIsCancellingForAWhileAndRefusesASecondCancel) {
  RunStore store = Store({.processing = 10s, .cancelling = 3s});
  const std::string id = CreateIn(store);
  clock_.Pass(8s);
  EXPECT_EQ(store.Cancel(id).run.status, RunStatus::kCancelling);
  clock_.Pass(2999ms);
  EXPECT_EQ(store.Cancel(id).outcome, CancelOutcome::kRefused);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kCancelling) << "its time to finish has passed";
  clock_.Pass(1ms);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kCancelled);
  const LedgerEntry ledger = store.Ledger().at(id);
  EXPECT_EQ(ledger.cancels_accepted, 1);
  EXPECT_EQ(ledger.cancels_refused, 1);
}

TEST_F(RunStoreTest, CancelledRunLingersFirstAndIsCancellingThen) {
  RunStore store = Store({.lingering = 2s, .cancelling = 3s});
  const std::string id = CreateIn(store);
  EXPECT_EQ(store.Cancel(id).run.status, RunStatus::kProcessing);
  clock_.Pass(2s);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kCancelling);
  clock_.Pass(3s);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kCancelled);
}

TEST_F(RunStoreTest, CancelledRunThatNobodyLookedAtPassesAllStatesInOneStep) {
  RunStore store = Store({.lingering = 2s, .cancelling = 3s});
  const SplitRun created = store.Create(DefaultRequest("packet.pdf")).value();
  store.Cancel(created.id);
  clock_.Pass(1h);
  const SplitRun run = store.Get(created.id).value();
  EXPECT_EQ(run.status, RunStatus::kCancelled);
  EXPECT_EQ(run.updated_at, created.created_at + 5s);
}

TEST_F(RunStoreTest, FinishingEndsACancelAtOnce) {
  RunStore store = Store({.cancelling = 3s});
  const std::string id = CreateIn(store);
  store.Cancel(id);
  EXPECT_EQ(store.Finish(id).value().status, RunStatus::kCancelled);
}

TEST_F(RunStoreTest, SeededCancellingRunStaysUntilItIsFinished) {
  RunStore store = Store({.cancelling = 3s});
  store.Seed("splr_a", RunStatus::kCancelling, DefaultRequest("packet.pdf"));
  clock_.Pass(1000h);
  EXPECT_EQ(StatusOf(store, "splr_a"), RunStatus::kCancelling);
  EXPECT_EQ(store.Finish("splr_a").value().status, RunStatus::kCancelled);
}

TEST_F(RunStoreTest, PendingRunIsCancelledWhereThatIsAllowed) {
  RunStore store({.pending = 10s, .cancelling = 3s}, clock_.Function(), 100,
                 PendingCancels::kAllowed);
  const std::string id = CreateIn(store);
  EXPECT_EQ(store.Cancel(id).outcome, CancelOutcome::kAccepted);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kCancelling);
  clock_.Pass(1h);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kCancelled) << "it never started";
  EXPECT_EQ(store.Seed("splr_a", RunStatus::kPending, DefaultRequest("packet.pdf")).value().status,
            RunStatus::kPending);
  EXPECT_EQ(store.Cancel("splr_a").outcome, CancelOutcome::kAccepted);
}

TEST_F(RunStoreTest, PendingRunMayStartBeforeItsCancelShows) {
  RunStore store({.pending = 1s, .lingering = 3s}, clock_.Function(), 100,
                 PendingCancels::kAllowed);
  const std::string id = CreateIn(store);
  EXPECT_EQ(store.Cancel(id).run.status, RunStatus::kPending);
  clock_.Pass(1s);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kProcessing);
  clock_.Pass(2s);
  EXPECT_EQ(StatusOf(store, id), RunStatus::kCancelled);
}

TEST_F(RunStoreTest, SeededRunStaysUntilItIsCancelled) {
  RunStore store = Store({.pending = 1s, .processing = 1s});
  store.Seed("splr_a", RunStatus::kProcessing, DefaultRequest("packet.pdf"));
  clock_.Pass(1000h);
  EXPECT_EQ(StatusOf(store, "splr_a"), RunStatus::kProcessing);
  EXPECT_EQ(store.Cancel("splr_a").run.status, RunStatus::kCancelled);
}

TEST_F(RunStoreTest, SeedRefusesAnIdThatIsTaken) {
  RunStore store = Store();
  EXPECT_TRUE(store.Seed("splr_a", RunStatus::kFailed, DefaultRequest("packet.pdf")));
  EXPECT_FALSE(store.Seed("splr_a", RunStatus::kFailed, DefaultRequest("packet.pdf")));
}

TEST_F(RunStoreTest, SecondDeleteFindsNothing) {
  RunStore store = Store();
  const std::string id = CreateIn(store);
  EXPECT_TRUE(store.Delete(id));
  EXPECT_FALSE(store.Delete(id));
  EXPECT_FALSE(store.Get(id));
}

TEST_F(RunStoreTest, LedgerCountsWhatWasDoneAndOutlivesTheRun) {
  RunStore store = Store();
  RunRequest request = DefaultRequest("packet.pdf");
  request.metadata = {{"order", 7}};
  const std::string id = store.Create(std::move(request)).value().id;
  store.Cancel(id);
  store.Cancel(id);
  store.Cancel(id);
  store.Delete(id);
  const LedgerEntry entry = store.Ledger().at(id);
  EXPECT_EQ(entry.created, 1);
  EXPECT_EQ(entry.cancels_accepted, 1);
  EXPECT_EQ(entry.cancels_refused, 2);
  EXPECT_EQ(entry.deleted, 1);
  EXPECT_EQ(entry.status, RunStatus::kCancelled);
  EXPECT_EQ(entry.metadata["order"], 7);
}

TEST_F(RunStoreTest, LedgerShowsProgressThatNobodyLookedAt) {
  RunStore store = Store({.processing = 1s});
  const std::string id = CreateIn(store);
  clock_.Pass(1s);
  EXPECT_EQ(store.Ledger().at(id).status, RunStatus::kProcessed);
}

TEST_F(RunStoreTest, NoMoreThanMaxRunsAreCreatedEvenIfSomeAreDeleted) {
  RunStore store({}, clock_.Function(), 2);
  const std::string id = CreateIn(store);
  store.Delete(id);
  EXPECT_FALSE(store.CreateBatch({DefaultRequest("a.pdf"), DefaultRequest("b.pdf")}));
  EXPECT_TRUE(store.Create(DefaultRequest("packet.pdf")));
  EXPECT_FALSE(store.Create(DefaultRequest("packet.pdf")));
  EXPECT_FALSE(store.Seed("splr_a", RunStatus::kPending, DefaultRequest("packet.pdf")));
}

TEST_F(RunStoreTest, BatchIsAsFarAsItsRuns) {
  RunStore store = Store({.pending = 1s, .processing = 10s});
  const Batch batch =
      store.CreateBatch({DefaultRequest("a.pdf"), DefaultRequest("corrupt.pdf")}).value();
  EXPECT_EQ(batch.run_count, 2U);
  const auto status = [&] { return store.GetBatch(batch.id).value().status; };
  EXPECT_EQ(status(), RunStatus::kPending);
  clock_.Pass(1s);
  EXPECT_EQ(status(), RunStatus::kProcessing);
  clock_.Pass(10s);
  EXPECT_EQ(status(), RunStatus::kProcessed) << "one processed run decides";
}

TEST_F(RunStoreTest, BatchWhoseRunsAreAllBeingCancelledIsCancelling) {
  RunStore store = Store({.cancelling = 3s});
  const Batch batch = store.CreateBatch({DefaultRequest("a.pdf"), DefaultRequest("b.pdf")}).value();
  ListQuery query;
  query.batch_id = batch.id;
  for (const SplitRun& run : store.List(query).runs) store.Cancel(run.id);
  EXPECT_EQ(store.GetBatch(batch.id).value().status, RunStatus::kCancelling);
}

TEST_F(RunStoreTest, BatchWhoseRunsWereAllCancelledIsCancelledAlsoWhenTheyAreDeleted) {
  RunStore store = Store();
  const Batch batch = store.CreateBatch({DefaultRequest("a.pdf"), DefaultRequest("b.pdf")}).value();
  ListQuery query;
  query.batch_id = batch.id;
  for (const SplitRun& run : store.List(query).runs) {
    store.Cancel(run.id);
    store.Delete(run.id);
  }
  EXPECT_EQ(store.GetBatch(batch.id).value().status, RunStatus::kCancelled);
  EXPECT_EQ(store.GetBatch(batch.id).value().run_count, 2U);
  EXPECT_FALSE(store.GetBatch("bpr_unknown"));
}

TEST_F(RunStoreTest, PagesHoldEveryRunOnceInOrder) {
  RunStore store = Store();
  std::vector<std::string> created;
  for (int i = 0; i < 7; ++i) {
    created.push_back(CreateIn(store));
    clock_.Pass(1s);
  }
  for (const bool ascending : {true, false}) {
    std::vector<std::string> listed;
    ListQuery query;
    query.by_created = true;
    query.ascending = ascending;
    query.page_size = 3;
    int pages = 0;
    do {
      const RunPage page = store.List(query);
      for (const SplitRun& run : page.runs) listed.push_back(run.id);
      query.after = page.next;
      ++pages;
    } while (query.after);
    if (!ascending) std::ranges::reverse(listed);
    EXPECT_EQ(listed, created);
    EXPECT_EQ(pages, 3);
  }
}

TEST_F(RunStoreTest, PageAfterADeletedRunGoesOnBehindIt) {
  RunStore store = Store();
  for (int i = 0; i < 3; ++i) CreateIn(store);
  ListQuery query;
  query.page_size = 1;
  const RunPage first = store.List(query);
  store.Delete(first.runs[0].id);
  query.after = first.next;
  EXPECT_NE(store.List(query).runs.at(0).id, first.runs[0].id);
}

}  // namespace
}  // namespace extend_simulator
