// What is walked through: a method of the built-in API, from the request to the response that its
// caller gets, with the gateway's own code all the way.
//
// Not thread-safe.
#pragma once

#include <grpcpp/alarm.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/serving/app.h"
#include "gateway/upstream/upstream_client.h"
#include "tests/upstream/sequences/history.h"

namespace gateway::sequences {

class Subject {
 public:
  explicit Subject(const Scenario& scenario);

  /// A call that begins now.
  [[nodiscard]] UpstreamCallSpec Prepare(Clock::time_point now, RetryBudget& budget) const;
  /// A client with that loop alone. No jitter: each backoff is half of the longest.
  [[nodiscard]] std::unique_ptr<UpstreamClient> Connect(HttpLoop& loop) const;
  /// What the caller hears.
  [[nodiscard]] Ending Respond(UpstreamResult result, bool deadline_passed) const;

  /// Headers and body of a success that shows a run in this state.
  static std::string RunIn(std::string_view state);

 private:
  /// Slices need an initialised library, which an alarm sees to.
  const grpc::Alarm library_;
  const Scenario scenario_;
  std::unique_ptr<App> app_;
  const ServedMethod* method_ = nullptr;
  std::optional<UpstreamCallSpec> prepared_;
};

}  // namespace gateway::sequences
