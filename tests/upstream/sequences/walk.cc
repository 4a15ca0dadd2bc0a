#include "tests/upstream/sequences/walk.h"

#include <fmt/format.h>

#include "tests/upstream/sequences/checks.h"
#include "tests/upstream/sequences/sequence.h"

namespace gateway::sequences {

void Findings::Add(const std::string& violation, const History& history,
                   const std::string& replay) {
  Example& example = examples_[violation];
  if (example.times++ > 0 && example.steps <= history.steps.size()) return;
  example.steps = history.steps.size();
  example.text = fmt::format("  {}\n{}  {}\n", NameOf(history.scenario), history.Text(), replay);
}

std::string Findings::Text() const {
  std::string text;
  for (const auto& [violation, example] : examples_) {
    text += fmt::format("WRONG, {} times: {}\n{}\n", example.times, violation, example.text);
  }
  return text;
}

WalkCount Walk::Run(bool until_finding) {
  Choices choices;
  do {
    RunOne(choices);
  } while (choices.Next() && !(until_finding && !findings_.empty()));
  count_.states = visited_.size();
  return count_;
}

std::string Walk::Replay(Choices choices) {
  Sequence sequence(subject_, scenario_, choices, [](const std::string&) { return true; });
  sequence.Run();
  Check(sequence.history(), choices);
  return fmt::format("{}\n{}", NameOf(scenario_), sequence.history().Text());
}

void Walk::RunOne(Choices& choices) {
  while (!passed_.empty() && choices.AtFrontier(passed_.back().depth)) passed_.pop_back();
  std::uint64_t from_here = 1;
  Sequence sequence(subject_, scenario_, choices, [&](const std::string& state) {
    const auto [place, is_new] = visited_.try_emplace(state, 0);
    if (is_new) {
      passed_.push_back({choices.made(), &place->second});
    } else {
      from_here = place->second;
    }
    return is_new;
  });
  if (sequence.Run()) {
    ++count_.sequences;
    Check(sequence.history(), choices);
  }
  count_.stand_for += from_here;
  for (const Passed& state : passed_) *state.sequences += from_here;
}

void Walk::Check(const History& history, const Choices& choices) {
  for (const std::string& violation : Violations(history)) {
    findings_.Add(violation, history,
                  fmt::format("all_sequences{} --scenario {} --replay {}",
                              scenario_.full ? " --full" : "", name_, choices.Text()));
  }
}

}  // namespace gateway::sequences
