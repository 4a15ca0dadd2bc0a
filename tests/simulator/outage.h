// An outage of the API that a test switches on: requests get a status instead of being processed,
// or their connection is closed without a response.
//
// Thread-safe. Ends by itself, after so many requests or so long; no thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/simulator/run.h"

namespace extend_simulator {

/// What befalls a request.
struct Outage {
  int status = 503;
  /// Seconds; nothing: no such header.
  std::optional<int> retry_after;
  /// No response at all: the connection ends.
  bool closes = false;
  /// The request is carried out all the same.
  bool processes = false;

  // Which requests meet it: all of them if there is neither a method nor a path.
  std::string method;
  /// Segments, where `*` is any: {"split_runs", "*", "cancel"}.
  std::vector<std::string> path;

  // How long it lasts: at least one of them is there.
  std::optional<std::uint64_t> requests;
  std::optional<std::chrono::milliseconds> time;
};

/// Reads the JSON that a test posts; the error says what is wrong with it.
tl::expected<Outage, std::string> ParseOutage(const std::string& body);

class OutageSwitch {
 public:
  explicit OutageSwitch(Now now) : now_(std::move(now)) {}

  /// Replaces the outage before. Counting begins anew.
  void Begin(Outage outage);
  void End();
  /// The outage, if it befalls this request; counts it.
  std::optional<Outage> Meet(const std::string& method, const std::string& target);

  /// {"active": false, "requests": 3}: how many it has befallen.
  nlohmann::json State();

 private:
  // Both want mutex_ held.
  [[nodiscard]] bool IsActive() const;
  [[nodiscard]] bool Matches(const std::string& method, const std::string& target) const;

  const Now now_;
  std::mutex mutex_;
  std::optional<Outage> outage_;
  Time begun_;
  std::uint64_t befallen_ = 0;
};

}  // namespace extend_simulator
