// A gateway whose waits cost no time, and whose jitter the test chooses.
//
// Belongs to the test's thread, as GatewayTest does.
#pragma once

#include <atomic>
#include <optional>

#include "tests/support/manual_time.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {

/// What RetryInfo tells the caller to wait; nothing without one.
inline std::optional<Clock::duration> RetryDelayOf(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::RetryInfo>(status);
  if (!info) return std::nullopt;
  return std::chrono::seconds(info->retry_delay().seconds()) +
         std::chrono::nanoseconds(info->retry_delay().nanos());
}

class ManualTimeTest : public GatewayTest {
 protected:
  /// Longer than all waits of a test together: those that are over count against the deadlines of
  /// later calls too, whose beginning the clock does not know.
  static constexpr std::chrono::seconds kLongCall{50};

  ManualTimeTest() {
    config.retry_initial_backoff = Config().retry_initial_backoff;
    config.retry_max_backoff = Config().retry_max_backoff;
    hooks.decorate_client = time.Decorator();
    hooks.random = [this] { return jitter.load(); };
  }
  ~ManualTimeTest() override { StopGateway(); }

  ManualTime time;
  /// Of the longest backoff, how much is waited.
  std::atomic<double> jitter = 0.5;
};

}  // namespace gateway
