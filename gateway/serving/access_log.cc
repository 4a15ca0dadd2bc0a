#include "gateway/serving/access_log.h"

#include <array>

#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

double Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

std::string_view StatusCodeName(grpc::StatusCode code) {
  static constexpr std::array<std::string_view, 17> kNames = {"OK",
                                                              "CANCELLED",
                                                              "UNKNOWN",
                                                              "INVALID_ARGUMENT",
                                                              "DEADLINE_EXCEEDED",
                                                              "NOT_FOUND",
                                                              "ALREADY_EXISTS",
                                                              "PERMISSION_DENIED",
                                                              "RESOURCE_EXHAUSTED",
                                                              "FAILED_PRECONDITION",
                                                              "ABORTED",
                                                              "OUT_OF_RANGE",
                                                              "UNIMPLEMENTED",
                                                              "INTERNAL",
                                                              "UNAVAILABLE",
                                                              "DATA_LOSS",
                                                              "UNAUTHENTICATED"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : "UNKNOWN";
}

void LogCall(const CallRecord& call) {
  if (!LogEnabled(LogLevel::kInfo)) return;
  const RpcResponse& reply = call.reply;
  LogSoon(LogLevel::kInfo, "call",
          {{"method", call.method},
           {"grpc_code", StatusCodeName(reply.status.error_code())},
           {"http_status", std::int64_t{reply.http_status}},
           {"attempts", std::int64_t{reply.attempts}},
           {"duration_ms", Milliseconds(call.duration)},
           {"upstream_ms", Milliseconds(reply.upstream_time)},
           {"request_bytes", static_cast<std::int64_t>(call.request_bytes)},
           {"response_bytes", static_cast<std::int64_t>(call.response_bytes)},
           {"request_id", reply.request_id},
           {"trace_id", call.trace_id},
           {"peer", call.peer}});
}

}  // namespace gateway
