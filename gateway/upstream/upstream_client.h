// Starts calls to an upstream on the loop threads, and cancels them.
//
// Thread-safe. A call and its `done` run on one loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "gateway/upstream/http_loop.h"
#include "gateway/upstream/retry_policy.h"
#include "gateway/upstream/upstream_call.h"

namespace gateway {

class UpstreamClient {
 public:
  using CallId = std::uint64_t;

  /// `loops`: one per loop thread, at least one. They must outlive this, and their loops must be
  /// stopped before this is destroyed. `observer` may be null, else it outlives this. `random` is
  /// uniform in [0, 1) and thread-safe; empty: a real source.
  UpstreamClient(const std::vector<HttpLoop*>& loops, const RetryOptions& options,
                 UpstreamObserver* observer = nullptr, std::function<double()> random = {});
  ~UpstreamClient();
  UpstreamClient(const UpstreamClient&) = delete;
  UpstreamClient& operator=(const UpstreamClient&) = delete;

  /// Begins a call on one of the loops. `done` runs exactly once, on that loop's thread.
  CallId Start(UpstreamCallSpec spec, std::function<void(UpstreamResult)> done);

  /// Ends a call early, with Conclusion::kCancelled. An unknown or ended call is a no-op.
  void Cancel(CallId id);

  /// Ends all calls that have been started, with Conclusion::kDraining.
  void EndAll();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
