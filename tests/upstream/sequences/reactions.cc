#include "tests/upstream/sequences/reactions.h"

#include <string_view>
#include <tuple>
#include <utility>

namespace gateway::sequences {
namespace {

using enum Reaction::Work;
using enum Reaction::Sight;
using Kind = TransportErrorKind;

constexpr auto kArrived = Delivery::kMayHaveArrived;
constexpr auto kUnsent = Delivery::kNeverSent;

TransportError Broken(Kind kind, Delivery delivery, int http_status = 0) {
  return {kind, delivery, "scripted", http_status};
}

std::vector<Reaction> WithLooks(std::vector<Reaction> reactions) {
  const auto look = [](const Reaction& a) {
    return std::tuple(a.sight, a.status, a.retryable,
                      std::string_view(a.retry_after == nullptr ? "" : a.retry_after), a.error.kind,
                      a.error.delivery, a.error.http_status, a.slow, a.left_after);
  };
  for (Reaction& reaction : reactions) {
    while (look(reactions[reaction.look]) != look(reaction)) ++reaction.look;
  }
  return reactions;
}

}  // namespace

const char* NameOf(Event event) {
  constexpr const char* kNames[] = {"nothing",
                                    "the lost request is processed",
                                    "another caller cancels",
                                    "the run finishes",
                                    "the run fails",
                                    "the run is deleted",
                                    "the cancelling ends"};
  return kNames[static_cast<int>(event)];
}

std::vector<Event> PossibleEvents(const UpstreamModel& upstream, Method method) {
  std::vector<Event> events = {Event::kNothing};
  if (upstream.unprocessed > 0) events.push_back(Event::kLostRequestIsProcessed);
  if (method == Method::kCreate || upstream.state == RunState::kGone) return events;
  events.push_back(Event::kDeleted);
  if (method == Method::kDelete) return events;
  if (upstream.state == RunState::kCancelling) events.push_back(Event::kCancellingEnds);
  if (upstream.state == RunState::kProcessing) events.push_back(Event::kAnotherCancels);
  if (upstream.state == RunState::kProcessing || upstream.state == RunState::kCancelling) {
    events.insert(events.end(), {Event::kFinishes, Event::kFails});
  }
  return events;
}

void Happen(Event event, Method method, UpstreamModel& upstream) {
  switch (event) {
    case Event::kNothing:
      return;
    case Event::kLostRequestIsProcessed:
      --upstream.unprocessed;
      upstream.Process(method, Who::kUs);
      return;
    case Event::kAnotherCancels:
      upstream.Process(Method::kCancel, Who::kAnother);
      return;
    case Event::kFinishes:
      upstream.state = RunState::kProcessed;
      return;
    case Event::kFails:
      upstream.state = RunState::kFailed;
      return;
    case Event::kDeleted:
      upstream.Process(Method::kDelete, Who::kAnother);
      return;
    case Event::kCancellingEnds:
      upstream.state = RunState::kCancelled;
      return;
  }
}

bool Reaction::NeedsSuccess() const {
  if (sight == kError) return error.http_status / 100 == 2;
  return sight == kEmpty || sight == kNotYet || sight == kMayBeCut || sight == kUnreadable ||
         sight == kUnknownState;
}

const std::vector<Reaction>& OwnReactions() {
  static const std::vector<Reaction> reactions = WithLooks({
      {.name = "answered", .work = kDone},
      {.name = "answered in the last moment", .work = kDone, .slow = true},
      {.name = "2xx, still PROCESSING", .work = kDone, .sight = kNotYet},
      // Done, but its response says nothing.
      {.name = "2xx, empty", .work = kDone, .sight = kEmpty},
      {.name = "2xx, empty or cut", .work = kDone, .sight = kMayBeCut},
      {.name = "2xx, unreadable", .work = kDone, .sight = kUnreadable},
      {.name = "2xx, cut",
       .work = kDone,
       .sight = kError,
       .error = Broken(Kind::kTruncated, kArrived, 200)},
      {.name = "2xx, too large",
       .work = kDone,
       .sight = kError,
       .error = Broken(Kind::kResponseTooLarge, kArrived, 200)},
      // Never sent.
      {.name = "no connection", .sight = kError, .error = Broken(Kind::kConnect, kUnsent)},
      {.name = "stream refused",
       .sight = kError,
       .error = Broken(Kind::kRefusedStream, kUnsent),
       .rare = true},
      {.name = "no connection until the timeout",
       .sight = kHang,
       .error = Broken(Kind::kTimeout, kUnsent)},
      // Lost before, in and after processing.
      {.name = "reset, not processed", .sight = kError},
      {.name = "reset, to be processed", .work = kLater, .sight = kError},
      {.name = "reset, processed", .work = kDone, .sight = kError},
      {.name = "reset in the last moment, processed",
       .work = kDone,
       .sight = kError,
       .slow = true,
       .rare = true},
      {.name = "not HTTP, processed",
       .work = kDone,
       .sight = kError,
       .error = Broken(Kind::kMalformed, kArrived),
       .rare = true},
      {.name = "head too large, processed",
       .work = kDone,
       .sight = kError,
       .error = Broken(Kind::kHeadersTooLarge, kArrived),
       .rare = true},
      {.name = "silence, not processed", .sight = kHang},
      {.name = "silence, to be processed", .work = kLater, .sight = kHang},
      {.name = "silence, processed", .work = kDone, .sight = kHang},
      // Cut after the status.
      {.name = "409, cut", .sight = kError, .error = Broken(Kind::kTruncated, kArrived, 409)},
      {.name = "503, cut, not processed",
       .sight = kError,
       .error = Broken(Kind::kTruncated, kArrived, 503),
       .rare = true},
      {.name = "503, cut, processed",
       .work = kDone,
       .sight = kError,
       .error = Broken(Kind::kTruncated, kArrived, 503)},
      // Refused.
      {.name = "400", .sight = kStatus, .status = 400},
      {.name = "409", .sight = kStatus, .status = 409},
      {.name = "409 in the last moment", .sight = kStatus, .status = 409, .slow = true},
      {.name = "409, retryable", .sight = kStatus, .status = 409, .retryable = true},
      {.name = "422", .sight = kStatus, .status = 422, .rare = true},
      {.name = "401", .sight = kStatus, .status = 401},
      {.name = "403", .sight = kStatus, .status = 403, .rare = true},
      {.name = "425", .sight = kStatus, .status = 425},
      {.name = "429", .sight = kStatus, .status = 429},
      {.name = "429, Retry-After: 0", .sight = kStatus, .status = 429, .retry_after = "0"},
      {.name = "429, Retry-After: 1", .sight = kStatus, .status = 429, .retry_after = "1"},
      {.name = "429, Retry-After: 100", .sight = kStatus, .status = 429, .retry_after = "100"},
      {.name = "429, the caller leaves", .sight = kStatus, .status = 429, .left_after = true},
      // By the upstream, or something before it.
      {.name = "302, processed", .work = kDone, .sight = kStatus, .status = 302},
      {.name = "408, not processed", .sight = kStatus, .status = 408, .rare = true},
      {.name = "408, processed", .work = kDone, .sight = kStatus, .status = 408},
      {.name = "499, not processed", .sight = kStatus, .status = 499, .rare = true},
      {.name = "499, processed", .work = kDone, .sight = kStatus, .status = 499},
      {.name = "500, not processed", .sight = kStatus, .status = 500},
      {.name = "500, to be processed",
       .work = kLater,
       .sight = kStatus,
       .status = 500,
       .rare = true},
      {.name = "500, processed", .work = kDone, .sight = kStatus, .status = 500},
      {.name = "500, retryable, not processed",
       .sight = kStatus,
       .status = 500,
       .retryable = true,
       .rare = true},
      {.name = "500, retryable, processed",
       .work = kDone,
       .sight = kStatus,
       .status = 500,
       .retryable = true},
      {.name = "502, processed", .work = kDone, .sight = kStatus, .status = 502, .rare = true},
      {.name = "503, not processed", .sight = kStatus, .status = 503},
      {.name = "503, to be processed", .work = kLater, .sight = kStatus, .status = 503},
      {.name = "503, processed", .work = kDone, .sight = kStatus, .status = 503},
      {.name = "503 in the last moment, processed",
       .work = kDone,
       .sight = kStatus,
       .status = 503,
       .slow = true,
       .rare = true},
      {.name = "503, Retry-After: 1, processed",
       .work = kDone,
       .sight = kStatus,
       .status = 503,
       .retry_after = "1"},
      {.name = "503, not retryable, processed",
       .work = kDone,
       .sight = kStatus,
       .status = 503,
       .retryable = false},
      {.name = "503, processed, the caller leaves",
       .work = kDone,
       .sight = kStatus,
       .status = 503,
       .left_after = true},
      {.name = "504, to be processed",
       .work = kLater,
       .sight = kStatus,
       .status = 504,
       .rare = true},
      {.name = "504, processed", .work = kDone, .sight = kStatus, .status = 504},
      {.name = "silence, not processed, the caller leaves", .sight = kLeft, .rare = true},
      {.name = "silence, processed, the caller leaves", .work = kDone, .sight = kLeft},
  });
  return reactions;
}

const std::vector<Reaction>& ReadReactions() {
  static const std::vector<Reaction> reactions = WithLooks({
      {.name = "answered", .work = kDone, .late = true},
      {.name = "answered in the last moment", .work = kDone, .slow = true},
      {.name = "2xx, empty", .work = kDone, .sight = kEmpty, .rare = true},
      {.name = "2xx, empty or cut", .work = kDone, .sight = kMayBeCut},
      {.name = "2xx, unreadable", .work = kDone, .sight = kUnreadable},
      {.name = "2xx, of an unknown state", .work = kDone, .sight = kUnknownState},
      {.name = "2xx, cut",
       .work = kDone,
       .sight = kError,
       .error = Broken(Kind::kTruncated, kArrived, 200),
       .rare = true},
      {.name = "no connection",
       .sight = kError,
       .error = Broken(Kind::kConnect, kUnsent),
       .rare = true},
      {.name = "reset", .sight = kError, .late = true},
      {.name = "reset in the last moment", .sight = kError, .slow = true},
      {.name = "silence", .sight = kHang},
      {.name = "401", .sight = kStatus, .status = 401},
      {.name = "429", .sight = kStatus, .status = 429},
      {.name = "429, Retry-After: 1", .sight = kStatus, .status = 429, .retry_after = "1"},
      {.name = "500", .sight = kStatus, .status = 500, .rare = true},
      {.name = "500, retryable", .sight = kStatus, .status = 500, .retryable = true, .rare = true},
      {.name = "503", .sight = kStatus, .status = 503},
      {.name = "503, Retry-After: 100", .sight = kStatus, .status = 503, .retry_after = "100"},
      {.name = "503, the caller leaves", .sight = kStatus, .status = 503, .left_after = true},
      {.name = "silence, the caller leaves", .sight = kLeft},
  });
  return reactions;
}

}  // namespace gateway::sequences
