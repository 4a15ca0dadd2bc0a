// What goes back to the caller: how an upstream call ended, as status, message bytes and metadata.
//
// Pure functions; run on a loop thread.
#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <string>

#include "gateway/base/http_message.h"
#include "gateway/serving/upstream_settings.h"
#include "gateway/transcoding/route_table.h"
#include "gateway/upstream/upstream_result.h"

namespace gateway {

struct RpcResponse {
  grpc::Status status;
  /// The response message, serialized; empty unless the status is OK.
  std::string message;
  /// Checked: may be set as they are.
  Headers initial_metadata;
  Headers trailing_metadata;

  // For logs and metrics.
  int http_status = 0;  ///< 0 without a response.
  int attempts = 0;
  std::string request_id;
  std::chrono::nanoseconds upstream_time{0};
};

/// Takes the message out of `result`. `deadline_passed`: gRPC cancels a call whose deadline has
/// passed; that is no caller's cancel.
RpcResponse MakeRpcResponse(UpstreamResult& result, const Route& route,
                            const UpstreamSettings& settings, bool deadline_passed);

/// A call that the gateway itself refuses, before any attempt. `reason` is GATEWAY_….
RpcResponse Refusal(const grpc::Status& status, std::string_view reason, const Route& route,
                    const UpstreamSettings& settings,
                    std::optional<std::chrono::nanoseconds> retry_after = std::nullopt);

}  // namespace gateway
