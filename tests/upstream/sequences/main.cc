// all_sequences: walks through every sequence of attempts, reads and other people's doings that a
// call can meet, and checks what its caller hears.
//
// Usage: all_sequences [--full] [--first] [--scenario N [--replay 3,0,12]]
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/upstream/sequences/checks.h"
#include "tests/upstream/sequences/sequence.h"

namespace gateway::sequences {
namespace {

using namespace std::chrono_literals;

struct Options {
  /// Four attempts.
  bool full = false;
  /// Ends at the first violation.
  bool first = false;
  std::optional<std::size_t> scenario;
  std::optional<Choices> replay;
};

std::vector<Scenario> Scenarios(bool full) {
  const int attempts = full ? 4 : 3;
  std::vector<Scenario> scenarios;
  for (const Method method : {Method::kCancel, Method::kDelete, Method::kCreate, Method::kGet}) {
    scenarios.push_back({method, 60s, 20s, attempts});
    scenarios.push_back({method, 3s, 1s, attempts});
    scenarios.push_back({method, 400ms, 20s, attempts});
    scenarios.push_back({method, 60s, 20s, 1});
    scenarios.push_back({.method = method,
                         .total = 60s,
                         .attempt_timeout = 20s,
                         .max_attempts = attempts,
                         .budget = false});
  }
  for (const auto& [total, attempt] : {std::pair(60s, 20s), std::pair(3s, 1s)}) {
    scenarios.push_back({.method = Method::kCancel,
                         .total = total,
                         .attempt_timeout = attempt,
                         .max_attempts = attempts,
                         .lingers = true});
  }
  return scenarios;
}

struct Count {
  std::uint64_t sequences = 0;
  /// With those that reach a state that was visited before.
  std::uint64_t stand_for = 0;
  std::uint64_t states = 0;
  std::uint64_t violations = 0;
};

/// All sequences of one scenario.
class Walk {
 public:
  Walk(const Scenario& scenario, std::size_t number, const Options& options)
      : scenario_(scenario), number_(number), options_(options), subject_(scenario) {}

  Count Run() {
    Choices choices;
    do {
      RunOne(choices);
    } while (choices.Next() && !(options_.first && count_.violations > 0));
    count_.states = visited_.size();
    Report();
    return count_;
  }

  /// One sequence, in full.
  Count Replay(Choices choices) {
    Sequence sequence(subject_, scenario_, choices, [](const auto&) { return true; });
    sequence.Run();
    Check(sequence.history(), choices);
    fmt::print("{}\n{}", NameOf(scenario_), sequence.history().Text());
    Report();
    return count_;
  }

 private:
  /// A state on the way of the present run.
  struct Visited {
    /// Choices before it.
    std::size_t depth;
    /// From it to an end, so far.
    std::uint64_t* sequences;
  };
  struct Example {
    std::string text;
    std::size_t steps;
    std::uint64_t times;
  };

  void RunOne(Choices& choices) {
    while (!path_.empty() && choices.AtFrontier(path_.back().depth)) path_.pop_back();
    std::uint64_t below = 1;
    Sequence sequence(subject_, scenario_, choices, [&](const std::string& state) {
      const auto [place, is_new] = visited_.try_emplace(state, 0);
      if (is_new) {
        path_.push_back({choices.made(), &place->second});
      } else {
        below = place->second;
      }
      return is_new;
    });
    if (sequence.Run()) {
      ++count_.sequences;
      Check(sequence.history(), choices);
    }
    count_.stand_for += below;
    for (const Visited& state : path_) *state.sequences += below;
  }

  void Check(const History& history, const Choices& choices) {
    for (const std::string& violation : Violations(history)) {
      ++count_.violations;
      Example& example = examples_[violation];
      ++example.times;
      if (!example.text.empty() && example.steps <= history.steps.size()) continue;
      example.steps = history.steps.size();
      example.text = fmt::format("{}  replay: --scenario {} --replay {}\n", history.Text(), number_,
                                 choices.Text());
    }
  }

  void Report() const {
    for (const auto& [violation, example] : examples_) {
      fmt::print("VIOLATION, {} times: {}\n  {}\n{}\n", example.times, violation, NameOf(scenario_),
                 example.text);
    }
  }

  const Scenario scenario_;
  const std::size_t number_;
  const Options& options_;
  const Subject subject_;
  Count count_;
  std::unordered_map<std::string, std::uint64_t> visited_;
  std::vector<Visited> path_;
  std::map<std::string, Example> examples_;
};

Options Parse(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string value(i + 1 < arguments.size() ? arguments[i + 1] : "");
    if (arguments[i] == "--full") options.full = true;
    if (arguments[i] == "--first") options.first = true;
    if (arguments[i] == "--scenario") options.scenario = std::stoul(value);
    if (arguments[i] == "--replay") {
      std::vector<std::size_t> indices;
      for (std::size_t at = 0; at < value.size(); at = value.find(',', at) + 1) {
        indices.push_back(std::stoul(value.substr(at)));
        if (value.find(',', at) == std::string::npos) break;
      }
      options.replay = Choices::Replay(indices);
    }
  }
  return options;
}

int Main(const Options& options) {
  const std::vector<Scenario> scenarios = Scenarios(options.full);
  Count total;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    if (options.scenario && *options.scenario != i) continue;
    const auto begin = Clock::now();
    Walk walk(scenarios[i], i, options);
    const Count count = options.replay ? walk.Replay(*options.replay) : walk.Run();
    const auto took = std::chrono::duration<double>(Clock::now() - begin).count();
    fmt::print("{:>2}  {}: {} sequences that stand for {}, {} states, {} violations, {:.1f} s\n", i,
               NameOf(scenarios[i]), count.sequences, count.stand_for, count.states,
               count.violations, took);
    total.sequences += count.sequences;
    total.stand_for += count.stand_for;
    total.states += count.states;
    total.violations += count.violations;
    if (options.first && total.violations > 0) break;
  }
  fmt::print("{} sequences that stand for {}, {} states visited, {} violations\n", total.sequences,
             total.stand_for, total.states, total.violations);
  return total.violations == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace gateway::sequences

int main(int argc, char** argv) {
  return gateway::sequences::Main(gateway::sequences::Parse({argv + 1, argv + argc}));
}
