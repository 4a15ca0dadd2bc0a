// The access log: one line at info for each call that has ended. Thread-safe.
#pragma once

#include <grpcpp/support/status_code_enum.h>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace gateway {

/// What is known of a call when all is over. Views: the texts must live until LogCall returns.
struct CallRecord {
  /// `/package.Service/Method`.
  std::string_view method;
  grpc::StatusCode code = grpc::StatusCode::OK;
  /// The status of the last HTTP response; 0 without a response.
  int http_status = 0;
  /// How many HTTP requests were sent, reads after a refusal not counted.
  int attempts = 0;
  std::chrono::nanoseconds duration{0};
  /// The part of `duration` in which a request was on its way upstream.
  std::chrono::nanoseconds upstream_time{0};
  std::size_t request_bytes = 0;
  std::size_t response_bytes = 0;
  /// The upstream's id of the request; empty: none is known.
  std::string_view request_id;
  std::string_view trace_id;
  std::string_view peer;
};

void LogCall(const CallRecord& call);

}  // namespace gateway
