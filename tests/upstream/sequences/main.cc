// all_sequences: walks through every sequence of attempts, reads and other people's doings that a
// call can meet, through the gateway's own code with a clock of its own, and checks what the caller
// hears against a model of the upstream.
//
// Usage: all_sequences [--full] [--first] [--scenario N [--replay 3,0,12]]
//   --full      four attempts, with every reaction at every transfer: takes long
//   --first     ends at the first sequence that is wrong
//   --scenario  only this one of the list that is printed
//   --replay    only this sequence of it: what is printed with one that is wrong
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/upstream/sequences/walk.h"

namespace gateway::sequences {
namespace {

using namespace std::chrono_literals;

struct Options {
  bool full = false;
  bool first = false;
  std::optional<std::size_t> scenario;
  std::optional<Choices> replay;
};

/// Small ones first: what is wrong mostly shows there.
std::vector<Scenario> Scenarios(bool full) {
  const int attempts = full ? 4 : 3;
  std::vector<Scenario> scenarios;
  for (const Method method : {Method::kCreate, Method::kCancel, Method::kDelete, Method::kGet}) {
    scenarios.push_back({method, 60s, 20s, 1});
    scenarios.push_back({.method = method, .total = 60s, .attempt_timeout = 20s, .budget = false});
    scenarios.push_back({method, 400ms, 20s, attempts});
  }
  for (const Method method : {Method::kCreate, Method::kDelete, Method::kGet, Method::kCancel}) {
    scenarios.push_back({.method = method,
                         .total = 3s,
                         .attempt_timeout = 1s,
                         .max_attempts = attempts,
                         .lingers = true});
    scenarios.push_back({method, 60s, 20s, attempts});  // The defaults.
  }
  for (Scenario& scenario : scenarios) scenario.full = full;
  return scenarios;
}

std::vector<std::size_t> Numbers(const std::string& text) {
  std::vector<std::size_t> numbers;
  for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
    end = text.find(',', at);
    numbers.push_back(std::stoul(text.substr(at, end - at)));
  }
  return numbers;
}

std::optional<Options> Parse(const std::vector<std::string>& arguments) {
  Options options;
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    const bool has_value = argument + 1 != arguments.end();
    if (*argument == "--full") {
      options.full = true;
    } else if (*argument == "--first") {
      options.first = true;
    } else if (*argument == "--scenario" && has_value) {
      options.scenario = std::stoul(*++argument);
    } else if (*argument == "--replay" && has_value) {
      options.replay = Choices::Replay(Numbers(*++argument));
    } else {
      return std::nullopt;
    }
  }
  return options;
}

int Main(const Options& options) {
  const std::vector<Scenario> scenarios = Scenarios(options.full);
  Findings findings;
  WalkCount total;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    if (options.scenario.value_or(i) != i) continue;
    Walk walk(scenarios[i], std::to_string(i), findings);
    if (options.replay) {
      fmt::print("{}", walk.Replay(*options.replay));
      continue;
    }
    const auto begin = Clock::now();
    const WalkCount count = walk.Run(options.first);
    fmt::print("{:>2}  {}: {} sequences for {}, {} states, {:.1f} s\n", i, NameOf(scenarios[i]),
               count.sequences, count.stand_for, count.states,
               std::chrono::duration<double>(Clock::now() - begin).count());
    std::fflush(stdout);
    total.sequences += count.sequences;
    total.stand_for += count.stand_for;
    total.states += count.states;
    if (options.first && !findings.empty()) break;
  }
  fmt::print("{}{} sequences, which stand for {}; {} states visited; {}\n", findings.Text(),
             total.sequences, total.stand_for, total.states,
             findings.empty() ? "none is wrong" : "WRONG");
  return findings.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace gateway::sequences

int main(int argc, char** argv) {
  const auto options = gateway::sequences::Parse({argv + 1, argv + argc});
  if (!options) {
    fmt::print(stderr, "usage: {} [--full] [--first] [--scenario N [--replay 3,0,12]]\n", argv[0]);
    return 2;
  }
  return gateway::sequences::Main(*options);
}
