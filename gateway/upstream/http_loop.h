// The one seam to the outside world: HTTP transfers, timers and the clock of one loop thread.
//
// RunOnLoop is thread-safe; all else is used on the loop thread only, and every callback runs
// there. Tests put a fake with a manual clock in its place; the real one is CurlHttpLoop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"

namespace gateway {

class HttpLoop {
 public:
  using TransferId = std::uint64_t;
  using TimerId = std::uint64_t;

  struct TransferOptions {
    /// The time of the whole transfer, with queueing and connecting. Not positive: the transfer
    /// fails with kTimeout and kNeverSent before it starts.
    Clock::duration timeout;
    /// Do not reuse a pooled connection: the last one broke.
    bool fresh_connection = false;
  };

  virtual ~HttpLoop() = default;

  /// Runs `task` on the loop thread, soon and in order. Any thread.
  virtual void RunOnLoop(std::function<void()> task) = 0;

  /// Sends `request` once. `done` runs exactly once, never within Send, unless the transfer is
  /// aborted.
  virtual TransferId Send(std::shared_ptr<const HttpRequest> request,
                          const TransferOptions& options, std::function<void(HttpResult)> done) = 0;

  /// Ends a transfer at once; its `done` never runs. An unknown id is a no-op.
  virtual void Abort(TransferId id) = 0;

  /// Runs `task` once, `delay` from now. Never within StartTimer.
  virtual TimerId StartTimer(Clock::duration delay, std::function<void()> task) = 0;

  /// An unknown id is a no-op.
  virtual void StopTimer(TimerId id) = 0;

  [[nodiscard]] virtual Clock::time_point Now() const = 0;
};

}  // namespace gateway
