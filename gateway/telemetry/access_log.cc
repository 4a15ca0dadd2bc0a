#include "gateway/telemetry/access_log.h"

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
  LogSoon(LogLevel::kInfo, "call",
          {{"method", call.method},
           {"grpc_code", StatusCodeName(call.code)},
           {"http_status", std::int64_t{call.http_status}},
           {"attempts", std::int64_t{call.attempts}},
           {"duration_ms", Milliseconds(call.duration)},
           {"upstream_ms", Milliseconds(call.upstream_time)},
           {"request_bytes", static_cast<std::int64_t>(call.request_bytes)},
           {"response_bytes", static_cast<std::int64_t>(call.response_bytes)},
           {"request_id", call.request_id},
           {"trace_id", call.trace_id},
           {"peer", call.peer}});
}

}  // namespace gateway
