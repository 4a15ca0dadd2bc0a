// One line at info for each call that has ended.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "gateway/serving/rpc_response.h"

namespace gateway {

/// What is known of a call when all is over.
struct CallRecord {
  /// `/package.Service/Method`.
  const std::string& method;
  const RpcResponse& response;
  std::chrono::nanoseconds duration;
  std::size_t request_bytes;
  std::size_t response_bytes;
  const std::string& trace_id;
  const std::string& peer;
};

/// Thread-safe.
void LogCall(const CallRecord& call);

}  // namespace gateway
