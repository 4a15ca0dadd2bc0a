// A walk through all sequences of one scenario, depth first; a state that was visited before ends
// a sequence: what follows is known.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/upstream/sequences/choices.h"
#include "tests/upstream/sequences/history.h"
#include "tests/upstream/sequences/subject.h"

namespace gateway::sequences {

/// What is wrong, by its sentence: how often, and the shortest sequence that shows it.
class Findings {
 public:
  void Add(const std::string& violation, const History& history, const std::string& replay);
  [[nodiscard]] bool empty() const { return examples_.empty(); }
  [[nodiscard]] std::string Text() const;

 private:
  struct Example {
    std::uint64_t times = 0;
    std::size_t steps = 0;
    std::string text;
  };
  std::map<std::string, Example> examples_;
};

struct WalkCount {
  /// Walked to the end of the call.
  std::uint64_t sequences = 0;
  /// With those that go on from a visited state.
  std::uint64_t stand_for = 0;
  std::uint64_t states = 0;
};

class Walk {
 public:
  /// `name` is what a replay calls the scenario. `findings` outlives the walk.
  Walk(const Scenario& scenario, std::string name, Findings& findings)
      : scenario_(scenario), name_(std::move(name)), findings_(findings), subject_(scenario) {}

  /// All sequences, or those until the first finding.
  WalkCount Run(bool until_finding);

  /// One sequence, for people.
  std::string Replay(Choices choices);

 private:
  /// A state on the way of the present sequence.
  struct Passed {
    /// Choices before it.
    std::size_t depth;
    /// From it to an end, so far.
    std::uint64_t* sequences;
  };

  void RunOne(Choices& choices);
  void Check(const History& history, const Choices& choices);

  const Scenario scenario_;
  const std::string name_;
  Findings& findings_;
  const Subject subject_;
  WalkCount count_;
  /// Sequences from each state to an end.
  std::unordered_map<std::string, std::uint64_t> visited_;
  std::vector<Passed> passed_;
};

}  // namespace gateway::sequences
