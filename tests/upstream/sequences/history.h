// What happened in one sequence: the transfers, and how the call ended. Plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "tests/upstream/sequences/reactions.h"
#include "tests/upstream/sequences/upstream_model.h"

namespace gateway::sequences {

/// The circumstances of a call.
struct Scenario {
  Method method = Method::kCancel;
  Clock::duration total;
  Clock::duration attempt_timeout;
  int max_attempts = 3;
  /// Whether the retry budget has tokens.
  bool budget = true;
  /// Whether the upstream's runs stay CANCELLING for a while.
  bool lingers = false;
  /// With every reaction at every transfer.
  bool full = false;

  /// What is kept for the read that reconciles: contract, section 5.
  [[nodiscard]] Clock::duration KeptForTheRead() const {
    return std::min<Clock::duration>(std::chrono::seconds(5), total / 4);
  }
};

/// One transfer.
struct Step {
  /// The read that reconciles, not the call's own request.
  bool read = false;
  Event event = Event::kNothing;
  const Reaction* reaction = nullptr;
  Clock::duration sent{0};
  Clock::duration timeout{0};
  /// Nothing while it is under way.
  std::optional<Clock::duration> ended;
  /// The upstream just before the request arrived, the event included; and just after.
  UpstreamModel before;
  UpstreamModel after;

  // What the call has seen.
  bool never_sent = false;
  /// 0: none came. Also of a response that was cut.
  int status = 0;
  /// A response, with its end.
  bool whole = false;
  /// A 2xx, whole and readable, shows the run in this state.
  std::optional<RunState> shown;

  [[nodiscard]] bool Is2xx() const { return status / 100 == 2; }
  [[nodiscard]] bool MayHaveArrived() const {
    if (never_sent) return false;
    return status / 100 != 4 || status == 408 || status == 499;
  }
  /// Its outcome is unknown in a way that the read is for.
  [[nodiscard]] bool OutcomeUnknown() const {
    if (!ended || !MayHaveArrived()) return false;
    return !whole || status == 408 || status == 502 || status == 503 || status == 504;
  }
  [[nodiscard]] bool Refused() const { return status == 400 || status == 409 || status == 422; }
  [[nodiscard]] Clock::duration RetryAfter() const {
    const bool has = reaction->retry_after != nullptr;
    return std::chrono::seconds(has ? std::stoi(reaction->retry_after) : 0);
  }
  /// Whether the contract retries it where that can do no harm.
  [[nodiscard]] bool Transient() const;
};

/// What the caller hears.
struct Ending {
  Clock::duration at{0};
  int code = 0;
  std::string message;
  std::string reason;
  /// ErrorInfo.metadata; empty where it has none.
  std::string outcome;
  std::string state;
  std::string attempts;
  std::string http_status;
  /// Of a response message that holds a run: its state. Nothing: it is empty.
  std::optional<std::string> run;
  std::string trailer_attempts;
};

struct History {
  Scenario scenario;
  std::vector<Step> steps;
  /// The call was sent again and again.
  bool endless = false;
  bool caller_left = false;
  int completions = 0;
  /// Timers and transfers that outlive the call.
  std::size_t left_over = 0;
  Ending ending;
  UpstreamModel upstream;

  [[nodiscard]] int Count(bool reads) const;
  /// Null if there is none.
  [[nodiscard]] const Step* LastOwn() const;
  /// Reads since the last attempt of the call's own request.
  [[nodiscard]] int ReadsSinceOwn() const;
  [[nodiscard]] bool AnyMayHaveArrived() const;
  [[nodiscard]] bool Any2xx() const;
  [[nodiscard]] bool AnyOutcomeUnknown() const;
  /// The state in the last read, if it was a success that is read.
  [[nodiscard]] std::optional<RunState> LastRead() const;

  /// For people: a line a step.
  [[nodiscard]] std::string Text() const;
};

std::string NameOf(const Scenario& scenario);

}  // namespace gateway::sequences
