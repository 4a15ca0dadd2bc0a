#include "tests/chaos/client.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "tests/simulator/create_request.h"
#include "tests/simulator/status_names.h"

namespace gateway::chaos {
namespace {

using extend::v1::SplitRun;
using extend_simulator::LedgerEntry;
using extend_simulator::RunStatus;
using grpc::StatusCode;
using std::chrono::milliseconds;

/// How much later than its deadline a call may end, and how much earlier gRPC may end it: it
/// rounds.
constexpr milliseconds kLateness{250};
constexpr milliseconds kEarliness{5};
/// How much earlier the gateway sends its error, so that the caller sees it: at most.
constexpr milliseconds kHeadStart{20};
constexpr int kHeadStartShare = 50;
/// A stream of its own in the space of the seed's numbers.
constexpr std::uint64_t kOperations = std::uint64_t{1} << 50U;

extend::v1::RunStatus StatusOf(RunStatus status) {
  using enum RunStatus;
  switch (status) {
    case kPending:
      return extend::v1::RUN_STATUS_PENDING;
    case kProcessing:
      return extend::v1::RUN_STATUS_PROCESSING;
    case kProcessed:
      return extend::v1::RUN_STATUS_PROCESSED;
    case kFailed:
      return extend::v1::RUN_STATUS_FAILED;
    case kCancelling:
      return extend::v1::RUN_STATUS_CANCELLING;
    case kCancelled:
      break;
  }
  return extend::v1::RUN_STATUS_CANCELLED;
}

/// A cancel was accepted; perhaps it is not yet carried out.
bool IsCancelled(RunStatus status) {
  return status == RunStatus::kCancelled || status == RunStatus::kCancelling;
}

/// Most calls have time; some have none to lose, and some callers give up.
CallPlan PlanFor(SeededRandom& random) {
  CallPlan plan;
  const int ticket = random.Between(1, 100);
  if (ticket <= 60) {
    plan.deadline = milliseconds(10'000);
  } else if (ticket <= 90) {
    plan.deadline = random.Between(milliseconds(50), milliseconds(500));
  } else if (ticket <= 95) {
    plan.deadline = random.Between(milliseconds(2), milliseconds(50));
  }
  if (random.Percent(4)) plan.cancel_after = random.Between(milliseconds(0), milliseconds(30));
  return plan;
}

bool IsAnyOf(std::string_view text, std::initializer_list<std::string_view> known) {
  return std::ranges::find(known, text) != known.end();
}

/// Extend's word, or that of the gate's own bodies.
bool IsResponse(const CallResult& result, std::initializer_list<std::string_view> http) {
  return result.reason == "TRY_AGAIN" || IsAnyOf(result.reason, http);
}

}  // namespace

const std::vector<Client::Operation>& Client::Operations() {
  using enum RunStatus;
  static const std::vector<Operation> operations = {
      {"cancel", 30, &Client::Cancel, kProcessing},
      {"cancel a cancelled run", 6, &Client::Cancel, kCancelled},
      {"cancel a cancelling run", 4, &Client::Cancel, kCancelling},
      {"cancel a processed run", 4, &Client::Cancel, kProcessed},
      {"cancel a failed run", 2, &Client::Cancel, kFailed},
      {"cancel a pending run", 2, &Client::Cancel, kPending},
      {"cancel no run", 2, &Client::Cancel, {}},
      {"get", 10, &Client::Get, kProcessing},
      {"get a processed run", 6, &Client::Get, kProcessed},
      {"get a cancelled run", 2, &Client::Get, kCancelled},
      {"get no run", 2, &Client::Get, {}},
      {"list", 6, &Client::List, kProcessing},
      {"create", 16, &Client::Create, {}},
      {"delete", 10, &Client::Delete, kProcessed},
      {"delete no run", 2, &Client::Delete, {}},
  };
  return operations;
}

void Client::Run(std::uint64_t number) {
  SeededRandom random(surroundings_.seed, kOperations + number);
  operation_ = &random.Pick(Operations());
  name_ = "call-" + std::to_string(number);
  plan_ = PlanFor(random);
  (this->*operation_->run)();
  // Lists look at every run there is: none may stay.
  surroundings_.store.Delete(id_);
}

std::string Client::MakeRun(const std::string& file_name) {
  if (!operation_->status) return "splr_none";
  const auto run = surroundings_.store.Seed("", *operation_->status,
                                            extend_simulator::DefaultRequest(file_name));
  return run.value().id;
}

template <class Request, class Response>
CallResult Client::Call(Caller::Method<Request, Response> method, const Request& request,
                        Response& response) {
  const CallResult result = caller_.Call(method, request, plan_, name_, response);
  JudgeAny(result);
  return result;
}

void Client::Check(Invariant invariant, bool holds, const CallResult& result,
                   const std::string& why) {
  if (!holds && surroundings_.record.FateOf(name_).raced) {
    surroundings_.report.Count(std::string(kNote) + "stale bytes at the very moment", "");
    return;
  }
  surroundings_.report.Check(invariant, holds, [&] {
    const auto ms = std::chrono::duration_cast<milliseconds>(result.elapsed).count();
    return name_ + " (" + operation_->name + " " + id_ + "): " + TextOf(result) + " after " +
           std::to_string(ms) + " ms, " + std::to_string(result.attempts) + " attempts" + why +
           ":" + surroundings_.record.HistoryOf(name_) + " " + result.message;
  });
}

void Client::JudgeAny(const CallResult& result) {
  surroundings_.report.Count(operation_->name, TextOf(result));
  const milliseconds until =
      std::min(plan_.deadline.value_or(surroundings_.timeout), surroundings_.timeout);
  JudgeEnd(result, std::min(plan_.cancel_after.value_or(until), until));
  if (result.code == StatusCode::DEADLINE_EXCEEDED) {
    // Without a reason it is the word of the client's own timer, whose deadline gRPC has converted
    // from one clock to another: on a busy machine that moves it.
    const bool is_gateways = !result.reason.empty();
    // A quarter of a cancel's time is kept for the read that shows what became of it.
    const milliseconds head_start =
        cancels() ? until / 4 : std::min(kHeadStart, until / kHeadStartShare);
    Check(Invariant::kDeadlineIsNotEarly,
          !is_gateways || result.elapsed >= until - head_start - kEarliness, result,
          ", deadline " + std::to_string(until.count()) + " ms");
  }
  Check(Invariant::kCodeIsPossible, IsPossible(result), result, "");
  if (result.attempts > 1) Check(Invariant::kRetriesHappen, true, result, "");
  // Time enough; and whose requests are its attempts: a cancel reads the run too.
  if (until >= surroundings_.timeout && !plan_.cancel_after && !cancels()) {
    const Latencies::Kind kind =
        Latencies::KindOf(surroundings_.record.FateOf(name_), result.attempts);
    surroundings_.latencies.Add(kind, result.elapsed);
  }
}

void Client::JudgeEnd(const CallResult& result, milliseconds limit) {
  const auto begun = LagMeter::Clock::now() - result.elapsed;
  const bool in_time = result.elapsed <= limit + kLateness;
  // Only then: most calls need no look at the meter.
  const bool excused =
      !in_time && result.elapsed <= limit + kLateness + surroundings_.lag.Since(begun);
  if (excused) surroundings_.report.Count(std::string(kNote) + "late by the machine's lag", "");
  Check(Invariant::kEndsInTime, in_time || excused, result,
        ", limit " + std::to_string(limit.count()) + " ms");
}

bool Client::IsPossible(const CallResult& result) const {
  switch (result.code) {
    case StatusCode::OK:
    case StatusCode::DEADLINE_EXCEEDED:
      return true;
    case StatusCode::CANCELLED:
      return plan_.cancel_after.has_value();
    case StatusCode::UNAVAILABLE:
      return result.reason.starts_with("TRANSPORT_") ||
             IsResponse(result, {"HTTP_408", "HTTP_502", "HTTP_503", "HTTP_504"});
    case StatusCode::RESOURCE_EXHAUSTED:
      return IsResponse(result, {"HTTP_429"});
    case StatusCode::INTERNAL:
      return result.reason == "GATEWAY_INVALID_RESPONSE";
    case StatusCode::NOT_FOUND:
      return IsAnyOf(result.reason, {"NOT_FOUND", "HTTP_404"});
    case StatusCode::FAILED_PRECONDITION:
      return cancels() && IsAnyOf(result.reason, {"ALREADY_CANCELLED", "NOT_CANCELLABLE"});
    case StatusCode::INVALID_ARGUMENT:
      // A refused cancel whose reconciling read has failed, or shows a run that is still pending.
      return cancels() && IsAnyOf(result.reason, {"INVALID_REQUEST", "HTTP_400"}) &&
             surroundings_.store.LedgerOf(id_).value_or(LedgerEntry{}).cancels_refused > 0;
    default:
      return false;
  }
}

void Client::JudgeNotFound(const CallResult& result) {
  if (result.code != StatusCode::NOT_FOUND) return;
  Check(Invariant::kNotFoundIsTrue, !operation_->status, result, "");
}

void Client::JudgeOutcome(const CallResult& result, std::optional<bool> done) {
  // Without a reason it is the word of the client's own timer or of the caller who gave up.
  if (result.code == StatusCode::OK || result.reason.empty()) return;
  surroundings_.report.Count(std::string(kNote) + "outcome " + result.outcome, TextOf(result));
  Check(Invariant::kOutcomeIsGiven, IsAnyOf(result.outcome, {"none", "unknown", "done"}), result,
        ", outcome '" + result.outcome + "'");
  if (done && result.outcome == "none") Check(Invariant::kNoneMeansNotDone, !*done, result, "");
  if (done && result.outcome == "done") Check(Invariant::kDoneMeansDone, *done, result, "");
  // Not a refused cancel of a pending run: the read shows a state that is not final.
  const bool refuses =
      IsAnyOf(result.reason, {"NOT_FOUND", "ALREADY_CANCELLED", "NOT_CANCELLABLE"});
  const GateRecord::Fate fate = surroundings_.record.FateOf(name_);
  if (refuses && !fate.touched && result.attempts == 1 && fate.requests > 0) {
    Check(Invariant::kPlainRefusalIsNone, result.outcome == "none", result,
          ", outcome '" + result.outcome + "'");
  }
}

void Client::Cancel() {
  id_ = MakeRun();
  extend::v1::CancelSplitRunRequest request;
  request.set_id(id_);
  SplitRun run;
  const CallResult result = Call(&Caller::Stub::PrepareAsyncCancelSplitRun, request, run);
  const LedgerEntry ledger = surroundings_.store.LedgerOf(id_).value_or(LedgerEntry{});
  if (result.code == StatusCode::OK) {
    const bool shows = run.id() == id_ && (run.status() == extend::v1::RUN_STATUS_CANCELLED ||
                                           run.status() == extend::v1::RUN_STATUS_CANCELLING);
    Check(Invariant::kCancelOkMeansCancelled, IsCancelled(ledger.status) && shows, result,
          ", shows " + run.id() + " " + extend::v1::RunStatus_Name(run.status()));
  }
  if (operation_->status == RunStatus::kProcessing) {
    const bool refused = result.reason == "ALREADY_CANCELLED";
    Check(Invariant::kOnlyCancellerSucceeds, !refused, result, "");
    if (result.code != StatusCode::OK && IsCancelled(ledger.status)) {
      surroundings_.report.Count(std::string(kNote) + "cancelled, but reported as", TextOf(result));
    }
  }
  JudgeRefusedCancel(result);
  JudgeOutcome(result, ledger.cancels_accepted > 0);
  JudgeNotFound(result);
}

void Client::JudgeRefusedCancel(const CallResult& result) {
  if (result.code != StatusCode::FAILED_PRECONDITION || !operation_->status) return;
  const RunStatus status = *operation_->status;
  const bool says = result.state == extend_simulator::StatusName(status);
  if (result.reason == "NOT_CANCELLABLE") {
    const bool ended = status == RunStatus::kProcessed || status == RunStatus::kFailed;
    Check(Invariant::kNotCancellableMeansEnded, ended && says, result, "");
  } else {
    Check(Invariant::kCodeIsPossible, IsCancelled(status) && says, result, "");
  }
}

void Client::Get() {
  id_ = MakeRun();
  extend::v1::GetSplitRunRequest request;
  request.set_id(id_);
  SplitRun run;
  const CallResult result = Call(&Caller::Stub::PrepareAsyncGetSplitRun, request, run);
  if (result.code == StatusCode::OK) {
    const bool is_true = operation_->status && run.id() == id_ &&
                         run.status() == StatusOf(*operation_->status) &&
                         run.output().splits_size() == (run.has_output() ? 2 : 0) &&
                         run.has_output() == (operation_->status == RunStatus::kProcessed);
    Check(Invariant::kGetIsTrue, is_true, result, "");
  }
  JudgeNotFound(result);
}

void Client::List() {
  // The dot keeps call-1 from matching call-11.
  const std::string file_name = name_ + ".";
  constexpr std::array kStatuses = {RunStatus::kProcessing, RunStatus::kFailed,
                                    RunStatus::kCancelled};
  std::set<std::pair<std::string, extend::v1::RunStatus>> expected;
  for (const RunStatus status : kStatuses) {
    const auto run =
        surroundings_.store.Seed("", status, extend_simulator::DefaultRequest(file_name));
    expected.emplace(run.value().id, StatusOf(status));
  }
  id_ = "of " + file_name;
  extend::v1::ListSplitRunsRequest request;
  request.set_file_name_contains(file_name);
  request.set_sort_by(extend::v1::SORT_BY_CREATED_AT);
  extend::v1::ListSplitRunsResponse response;
  const CallResult result = Call(&Caller::Stub::PrepareAsyncListSplitRuns, request, response);
  if (result.code == StatusCode::OK) {
    std::set<std::pair<std::string, extend::v1::RunStatus>> shown;
    for (const auto& run : response.data()) shown.emplace(run.id(), run.status());
    Check(Invariant::kListIsTrue, shown == expected && !response.has_next_page_token(), result, "");
  }
  for (const auto& [id, status] : expected) surroundings_.store.Delete(id);
}

void Client::Create() {
  id_.clear();
  extend::v1::CreateSplitRunRequest request;
  request.mutable_splitter()->set_id("spl_chaos");
  request.mutable_file()->set_url("https://files.example/packet.pdf");
  (*request.mutable_metadata()->mutable_fields())["call"].set_string_value(name_);
  SplitRun run;
  const CallResult result = Call(&Caller::Stub::PrepareAsyncCreateSplitRun, request, run);
  if (result.code == StatusCode::OK) {
    id_ = run.id();
    const LedgerEntry ledger = surroundings_.store.LedgerOf(id_).value_or(LedgerEntry{});
    const bool is_there = ledger.metadata.is_object() && ledger.metadata.value("call", "") == name_;
    Check(Invariant::kCreatedIsThere, is_there && run.status() == extend::v1::RUN_STATUS_PROCESSING,
          result, "");
  } else {
    surroundings_.AddFailedCreate(name_, result);
  }
  JudgeOutcome(result, {});
  JudgeNotFound(result);
}

void Client::Delete() {
  id_ = MakeRun();
  extend::v1::DeleteSplitRunRequest request;
  request.set_id(id_);
  extend::v1::DeleteSplitRunResponse response;
  const CallResult result = Call(&Caller::Stub::PrepareAsyncDeleteSplitRun, request, response);
  if (result.code == StatusCode::OK) {
    // Without an id: a 404 after an attempt that may have deleted it.
    const bool names = response.id() == id_ || response.id().empty();
    const bool gone = !surroundings_.store.Get(id_);
    Check(Invariant::kDeletedIsGone, names && gone, result, "");
  }
  JudgeOutcome(result, surroundings_.store.LedgerOf(id_).value_or(LedgerEntry{}).deleted > 0);
  if (operation_->status) {
    Check(Invariant::kOnlyDeleterSucceeds, result.code != StatusCode::NOT_FOUND, result, "");
  } else {
    JudgeNotFound(result);
  }
}

}  // namespace gateway::chaos
