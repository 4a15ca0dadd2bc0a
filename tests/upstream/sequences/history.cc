#include "tests/upstream/sequences/history.h"

#include <fmt/format.h>

#include <algorithm>

namespace gateway::sequences {
namespace {

long long Milliseconds(Clock::duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

std::string VerbOf(Method method) {
  constexpr const char* kVerbs[] = {"POST (cancel)", "DELETE", "POST (create)", "GET"};
  return kVerbs[static_cast<int>(method)];
}

}  // namespace

bool Step::Transient() const {
  using Kind = TransportErrorKind;
  if (!ended) return false;
  if (whole) {
    const bool server_error = status / 100 == 5;
    const std::optional<bool> retryable = reaction->retryable;
    if (retryable == true && (status == 408 || status == 409 || server_error)) return true;
    const bool unavailable =
        status == 408 || status == 425 || status == 502 || status == 503 || status == 504;
    return status == 429 || (unavailable && retryable != false);
  }
  if (reaction->sight != Reaction::Sight::kError) return true;
  const Kind kind = reaction->error.kind;
  return kind != Kind::kResponseTooLarge && kind != Kind::kHeadersTooLarge;
}

int History::Count(bool reads) const {
  return static_cast<int>(
      std::ranges::count_if(steps, [&](const Step& step) { return step.read == reads; }));
}

const Step* History::LastOwn() const {
  const auto last =
      std::find_if(steps.rbegin(), steps.rend(), [](auto& step) { return !step.read; });
  return last == steps.rend() ? nullptr : &*last;
}

int History::ReadsSinceOwn() const {
  int reads = 0;
  for (auto step = steps.rbegin(); step != steps.rend() && step->read; ++step) ++reads;
  return reads;
}

bool History::AnyMayHaveArrived() const {
  return std::ranges::any_of(steps,
                             [](const Step& step) { return !step.read && step.MayHaveArrived(); });
}

bool History::Any2xx() const {
  return std::ranges::any_of(steps, [](const Step& step) { return !step.read && step.Is2xx(); });
}

bool History::AnyOutcomeUnknown() const {
  return std::ranges::any_of(steps,
                             [](const Step& step) { return !step.read && step.OutcomeUnknown(); });
}

bool History::AnyReadShowsOpen() const {
  return std::ranges::any_of(
      steps, [](const Step& step) { return step.read && step.shown == RunState::kProcessing; });
}

std::optional<RunState> History::LastRead() const {
  return !steps.empty() && steps.back().read ? steps.back().shown : std::nullopt;
}

std::string NameOf(const Scenario& scenario) {
  constexpr const char* kMethods[] = {"cancel", "delete", "create", "get"};
  return fmt::format("{}, deadline {} ms, attempt {} ms, {} attempts{}{}",
                     kMethods[static_cast<int>(scenario.method)], Milliseconds(scenario.total),
                     Milliseconds(scenario.attempt_timeout), scenario.max_attempts,
                     scenario.budget ? "" : ", no retry budget",
                     scenario.lingers ? ", CANCELLING lingers" : "");
}

std::string History::Text() const {
  std::string text;
  for (const Step& step : steps) {
    text += fmt::format(
        "  {:>6} ms  {}{}, {} ms at most: {}", Milliseconds(step.sent),
        step.event == Event::kNothing ? "" : fmt::format("({}) ", sequences::NameOf(step.event)),
        step.read ? "read" : VerbOf(scenario.method), Milliseconds(step.timeout),
        step.reaction == nullptr ? "?" : step.reaction->name);
    if (step.reaction != nullptr && step.reaction->sight == Reaction::Sight::kTruth) {
      text += fmt::format(" {}", step.status);
      if (step.shown) text += fmt::format(" {}", sequences::NameOf(*step.shown));
    }
    text += step.ended ? fmt::format(", until {} ms\n", Milliseconds(*step.ended)) : "\n";
  }
  text +=
      fmt::format("  {:>6} ms  the caller hears: code {} {} \"{}\" outcome={} status={} run={}\n",
                  Milliseconds(ending.at), ending.code, ending.reason, ending.message,
                  ending.outcome, ending.state, ending.run.value_or("none"));
  constexpr const char* kWho[] = {"nobody", "this call", "another caller"};
  text += fmt::format(
      "             the truth: {}, cancelled by {}, deleted by {}, created {}, unprocessed {}\n",
      sequences::NameOf(upstream.state), kWho[static_cast<int>(upstream.canceller)],
      kWho[static_cast<int>(upstream.deleter)], upstream.created, upstream.unprocessed);
  return text;
}

}  // namespace gateway::sequences
