// A client of the gateway: one operation after the other, each on runs of its own, so that there is
// one right outcome, which the simulator's ledger knows.
//
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/caller.h"
#include "tests/chaos/gate_record.h"
#include "tests/chaos/report.h"
#include "tests/chaos/seeded_random.h"
#include "tests/chaos/surroundings.h"
#include "tests/simulator/run_store.h"

namespace gateway::chaos {

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
    /// The state of the run that it begins with; nothing: there is no such run.
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
  /// `done`: what the ledger says of a cancel or delete; of a create it is known at the end.
  void JudgeOutcome(const CallResult& result, std::optional<bool> done);
  [[nodiscard]] bool IsPossible(const CallResult& result) const;
  void Check(Invariant invariant, bool holds, const CallResult& result, const std::string& why);

  /// The operation's run, in its status, or an id that there is not.
  std::string MakeRun(const std::string& file_name = "packet.pdf");

  Surroundings& surroundings_;
  Caller caller_;

  // The operation under way.
  const Operation* operation_ = nullptr;
  std::string name_;
  std::string id_;
  CallPlan plan_;
};

}  // namespace gateway::chaos
