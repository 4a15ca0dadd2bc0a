#include "gateway/serving/access_log.h"

#include "gateway/base/status_code.h"
#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

double Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

void LogCall(const CallRecord& call) {
  if (!LogEnabled(LogLevel::kInfo)) return;
  const RpcResponse& response = call.response;
  LogSoon(LogLevel::kInfo, "call",
          {{"method", call.method},
           {"grpc_code", StatusCodeName(response.status.error_code())},
           {"http_status", std::int64_t{response.http_status}},
           {"attempts", std::int64_t{response.attempts}},
           {"duration_ms", Milliseconds(call.duration)},
           {"upstream_ms", Milliseconds(response.upstream_time)},
           {"request_bytes", static_cast<std::int64_t>(call.request_bytes)},
           {"response_bytes", static_cast<std::int64_t>(call.response_bytes)},
           {"request_id", response.request_id},
           {"trace_id", call.trace_id},
           {"peer", call.peer}});
}

}  // namespace gateway
