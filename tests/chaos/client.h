// A client of the gateway: one operation after the other, each on runs of its own, so that there is
// one right answer, which the simulator's ledger tells.
//
// Belongs to one thread; Judges are shared.
#pragma once

#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/caller.h"
#include "tests/chaos/gate_record.h"
#include "tests/chaos/lag_meter.h"
#include "tests/chaos/latencies.h"
#include "tests/chaos/report.h"
#include "tests/chaos/seeded_random.h"
#include "tests/simulator/run_store.h"

namespace gateway::chaos {

/// What all clients share. Thread-safe; what it refers to outlives it.
class Surroundings {
 public:
  Surroundings(std::uint64_t seed_, std::chrono::milliseconds timeout_,
               std::chrono::milliseconds attempt_timeout, extend_simulator::RunStore& store_,
               GateRecord& record_, Report& report_)
      : seed(seed_),
        timeout(timeout_),
        store(store_),
        record(record_),
        report(report_),
        latencies(attempt_timeout) {}

  const std::uint64_t seed;
  /// The gateway's --timeout.
  const std::chrono::milliseconds timeout;
  extend_simulator::RunStore& store;
  GateRecord& record;
  Report& report;
  LagMeter lag;
  Latencies latencies;

  void AddRateLimitedCreate(const std::string& name);
  /// Of all creates, once nothing runs any more.
  void CheckCreates();

 private:
  absl::Mutex mutex_;
  std::vector<std::string> rate_limited_creates_ ABSL_GUARDED_BY(mutex_);
};

class Client {
 public:
  Client(Surroundings& surroundings, const std::shared_ptr<grpc::Channel>& channel)
      : surroundings_(surroundings), caller_(channel) {}

  /// The operation of that number: which one, and its deadline, follow from the seed.
  void Run(std::uint64_t number);

 private:
  struct Operation {
    const char* name;
    int weight;
    void (Client::*run)();
    /// Of the run that it begins with; nothing: there is no such run.
    std::optional<extend_simulator::RunStatus> status;
  };
  static const std::vector<Operation>& Operations();

  void Cancel();
  void Get();
  void List();
  void Create();
  void Delete();

  /// The call itself, and what holds for any.
  template <class Request, class Response>
  CallResult Call(Caller::Method<Request, Response> method, const Request& request,
                  Response& response);
  void JudgeAny(const CallResult& result);
  [[nodiscard]] bool cancels() const { return operation_->run == &Client::Cancel; }
  /// `limit`: when it should have ended.
  void JudgeEnd(const CallResult& result, std::chrono::milliseconds limit);
  void JudgeRefusedCancel(const CallResult& result);
  void JudgeNotFound(const CallResult& result);
  [[nodiscard]] bool IsPossible(const CallResult& result) const;
  void Check(Invariant invariant, bool holds, const CallResult& result, const std::string& why);

  /// The operation's run, in its status, or an id that there is not.
  std::string MakeRun(const std::string& file_name = "packet.pdf");

  Surroundings& surroundings_;
  Caller caller_;

  // Of the operation under way.
  const Operation* operation_ = nullptr;
  std::string name_;
  std::string id_;
  CallPlan plan_;
};

}  // namespace gateway::chaos
