// What a fault gate has done to whom: counts of faults and responses, and what befell each call.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/mutex.h"
#include "tests/chaos/fault_plan.h"

namespace gateway::chaos {

class GateRecord {
 public:
  /// Complete, well-framed responses by verb and status.
  using Responses = std::map<std::pair<std::string, int>, std::uint64_t>;

  /// What became of one request.
  struct Event {
    std::string call;
    std::string verb;
    FaultKind fault = FaultKind::kNone;
    /// What the simulator said; 0: it was not asked.
    int processed = 0;
    /// What the gate said in its place; 0: nothing.
    int instead = 0;
  };

  /// What became of a call's requests altogether.
  struct Fate {
    int requests = 0;
    /// A fault befell one of them, or its connection.
    bool touched = false;
    /// How many of its next reads fail.
    int failing_reads = 0;
    /// One of them met stale bytes that came at the same moment: nothing could have kept it from
    /// taking them for its response.
    bool raced = false;
  };

  GateRecord() : events_(kRemembered), fates_(kRemembered) {}

  /// The number of the request that comes now; before anything is done to it.
  std::uint64_t NextRequest() { return requests_++; }
  void CountFault(FaultKind kind) { ++counts_.at(static_cast<std::size_t>(kind)); }
  /// Before its last byte is written: the gateway may count it at once.
  void CountResponse(const std::string& verb, int status);
  /// Responses counted that may not have arrived: their connection was broken right after them.
  void AddInDoubt(std::uint64_t responses) { in_doubt_ += responses; }

  /// A request of that call came, and perhaps a fault with it.
  void Receive(const std::string& call, FaultKind fault);
  void FailReads(const std::string& call, int reads);
  /// Whether this read of that call is to fail.
  [[nodiscard]] bool TakeFailingRead(const std::string& call);
  /// Stale bytes lie on an idle connection now.
  void CountStale() { ++stale_; }
  /// A request of that call came on such a connection all the same: at the same moment, or later.
  void UseStale(const std::string& call, bool raced);

  /// Something befell the connection that a request of that call is on.
  void Touch(const std::string& call);
  void Remember(Event event);

  [[nodiscard]] std::uint64_t Count(FaultKind kind) const;
  [[nodiscard]] Responses responses();
  [[nodiscard]] std::uint64_t in_doubt() const { return in_doubt_; }
  /// Connections that got stale bytes.
  [[nodiscard]] std::uint64_t stale() const { return stale_; }
  /// Calls that came on one at the same moment.
  [[nodiscard]] std::uint64_t raced() const { return raced_; }
  /// Calls that came on one later: the bytes were there to be seen.
  [[nodiscard]] std::vector<std::string> stale_uses();
  /// The fate of a call that has just ended.
  [[nodiscard]] Fate FateOf(const std::string& call);
  /// What was done to a call's requests, as far as it is remembered: for reports.
  [[nodiscard]] std::string HistoryOf(const std::string& call);

 private:
  /// How many events and calls are remembered: the last ones.
  static constexpr std::size_t kRemembered = std::size_t{1} << 16U;
  struct CallFate {
    std::string call;
    Fate fate;
  };

  /// The slot of that call, taken from the one that had it before.
  Fate& SlotOf(const std::string& call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> in_doubt_ = 0;
  std::atomic<std::uint64_t> stale_ = 0;
  std::atomic<std::uint64_t> raced_ = 0;
  std::array<std::atomic<std::uint64_t>, kFaultKinds> counts_{};

  Mutex mutex_;
  Responses responses_ ABSL_GUARDED_BY(mutex_);
  /// A ring.
  std::vector<Event> events_ ABSL_GUARDED_BY(mutex_);
  std::size_t next_event_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> stale_uses_ ABSL_GUARDED_BY(mutex_);
  std::vector<CallFate> fates_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway::chaos
