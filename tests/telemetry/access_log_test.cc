#include "gateway/telemetry/access_log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

TEST(AccessLog, HasOneLineWithAllFieldsOfACall) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
  LogCall({.method = "/a.v1.Books/GetBook",
           .code = grpc::StatusCode::NOT_FOUND,
           .http_status = 404,
           .attempts = 2,
           .duration = 1500us,
           .upstream_time = 1ms,
           .request_bytes = 27,
           .response_bytes = 3,
           .request_id = "req_1",
           .trace_id = "0af7",
           .peer = "unix:/socket"});
  FlushLog();
  auto line = nlohmann::json::parse(testing::internal::GetCapturedStderr());
  line.erase("time");
  EXPECT_EQ(line, nlohmann::json::parse(R"({"level":"info","message":"call",
      "method":"/a.v1.Books/GetBook","grpc_code":"NOT_FOUND","http_status":404,"attempts":2,
      "duration_ms":1.5,"upstream_ms":1.0,"request_bytes":27,"response_bytes":3,
      "request_id":"req_1","trace_id":"0af7","peer":"unix:/socket"})"));
}

TEST(AccessLog, IsEmptyAboveInfo) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogLevel::kWarn, LogFormat::kJson);
  LogCall(CallRecord());
  FlushLog();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
}

}  // namespace
}  // namespace gateway
