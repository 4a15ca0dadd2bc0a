// One sequence: a call through the real code, whose transfers end as the choices say.
//
// Not thread-safe. Lives for one run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fake_http_loop.h"
#include "tests/upstream/sequences/choices.h"
#include "tests/upstream/sequences/history.h"
#include "tests/upstream/sequences/subject.h"

namespace gateway::sequences {

class Sequence final : public FakeHttpLoop {
 public:
  /// Says whether to go on from a state. Called for states that this run reaches first.
  using Visit = std::function<bool(const std::string& state)>;

  Sequence(const Subject& subject, const Scenario& scenario, Choices& choices, Visit visit);

  /// Lets the call come to its end; false if it reached a state that is not to be visited.
  bool Run();
  [[nodiscard]] const History& history() const { return history_; }

  TransferId Send(std::shared_ptr<const HttpRequest> request, const TransferOptions& options,
                  std::function<void(HttpResult)> done) override;

 private:
  /// All that the model and the call can tell apart, when a transfer begins.
  [[nodiscard]] std::string State(const TransferOptions& options) const;
  /// Takes a reaction that is possible now.
  const Reaction& ChooseReaction(const Step& step);
  /// The request reaches the upstream, or does not: what the call sees of it.
  HttpResult React(Step& step);
  HttpResult Truth(int status, Step& step) const;

  const Subject& subject_;
  Choices& choices_;
  const Visit visit_;
  History history_;
  RetryBudget budget_;
  std::unique_ptr<UpstreamClient> client_;
  UpstreamClient::CallId id_ = 0;
  std::optional<TimerId> leaving_;
  bool stopped_ = false;
};

}  // namespace gateway::sequences
