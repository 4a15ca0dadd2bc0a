// What can become of one transfer, and what the world can do before it: the alphabet of the walk.
//
// Constant tables: thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/http_message.h"
#include "tests/upstream/sequences/upstream_model.h"

namespace gateway::sequences {

/// What the world does while the call looks the other way.
enum class Event {
  kNothing,
  kLostRequestIsProcessed,
  kAnotherCancels,
  kFinishes,
  kFails,
  kDeleted,
  kCancellingEnds,
};
const char* NameOf(Event event);

/// What can happen now and be of consequence for `method`.
std::vector<Event> PossibleEvents(const UpstreamModel& upstream, Method method);

void Happen(Event event, Method method, UpstreamModel& upstream);

/// One transfer's fate: what the upstream does with the request, and what the call sees.
struct Reaction {
  /// kLater: the request has arrived, and is processed when the world decides so, if ever.
  enum class Work { kNone, kDone, kLater };
  enum class Sight {
    kTruth,         ///< The truthful response.
    kEmpty,         ///< 2xx: an explicitly empty body.
    kMayBeCut,      ///< 2xx: no body, and no way to tell whether it was cut.
    kNotYet,        ///< 2xx: the run as it was before, as a cancel takes its time.
    kUnreadable,    ///< 2xx: a body that is not the promised JSON.
    kUnknownState,  ///< 2xx: a run in a state that nobody knows.
    kStatus,        ///< `status`, from the upstream or something before it.
    kError,         ///< `error`.
    kHang,          ///< Nothing, until the transfer's timeout.
    kLeft,          ///< Nothing: the caller cancels the call.
  };

  const char* name;
  Work work = Work::kNone;
  Sight sight = Sight::kTruth;
  int status = 0;
  std::optional<bool> retryable = std::nullopt;
  const char* retry_after = nullptr;
  TransportError error{TransportErrorKind::kReset, Delivery::kMayHaveArrived, "scripted"};
  /// Takes nearly all the time that the transfer has.
  bool slow = false;
  /// The caller cancels the call just after it.
  bool left_after = false;
  /// In full walks only.
  bool rare = false;
  /// Of reads: even of those after the second.
  bool late = false;

  /// A 2xx is part of it: where the upstream would refuse, it is as the truth.
  [[nodiscard]] bool NeedsSuccess() const;
  /// The upstream looks at the run: what the world did before is of consequence.
  [[nodiscard]] bool LooksAtTheRun(bool read) const {
    return read ? sight == Sight::kTruth : work == Work::kDone;
  }
  /// The number of the first reaction in the table that looks the same to the call.
  std::size_t look = 0;
};

/// Of the call's own request; of the read that reconciles.
const std::vector<Reaction>& OwnReactions();
const std::vector<Reaction>& ReadReactions();

}  // namespace gateway::sequences
