#include "gateway/telemetry/logging.h"

#include <grpc/support/log.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "gateway/telemetry/batching_sink.h"
#include "gateway/telemetry/log_limit.h"
#include "gateway/telemetry/log_line.h"

namespace gateway {
namespace {

std::atomic<LogFormat> log_format = LogFormat::kJson;

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::off;
}

/// Writes lines as they are: they have their time and level already.
spdlog::logger& Logger() {
  // Never destroyed: gRPC's threads may log while the process exits.
  static auto* const logger = new spdlog::logger("gateway", std::make_shared<BatchingSink>());
  return *logger;
}

void Write(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  const std::string line =
      FormatLogLine(log_format, std::chrono::system_clock::now(), level, message, fields);
  // As an argument-free message: a format string would be read for braces.
  Logger().log(SpdlogLevel(level), spdlog::string_view_t(line));
}

/// Leaves out warnings and errors of a kind that repeats. What is below was asked for, and the
/// access log must be whole.
void WriteLimited(LogLevel level, std::string_view kind, std::string_view message,
                  std::initializer_list<LogField> fields) {
  // Never destroyed, as the logger.
  static auto* const limit = new LogLimit;
  if (level < LogLevel::kWarn) return Write(level, message, fields);
  const auto left_out = limit->Admit(kind, Clock::now());
  if (!left_out) return;
  std::vector<LogField> all = fields;
  if (*left_out > 0) all.push_back({"suppressed", *left_out});
  Write(level, message, all);
}

/// gRPC tells of metadata as `key=… value=…`. Values may be secrets: the line ends before them.
std::string WithoutValues(std::string_view message) {
  const std::size_t value = message.find("value=");
  if (value == std::string_view::npos) return std::string(message);
  return std::string(message.substr(0, value)) + "value=(not logged)";
}

/// gRPC's own lines. Its "info" is for people who debug gRPC.
void LogForGrpc(gpr_log_func_args* line) {
  LogLevel level = LogLevel::kTrace;
  if (line->severity == GPR_LOG_SEVERITY_INFO) level = LogLevel::kDebug;
  if (line->severity == GPR_LOG_SEVERITY_ERROR) level = LogLevel::kError;
  if (!LogEnabled(level)) return;
  std::string_view file = line->file;
  file.remove_prefix(file.rfind('/') + 1);
  const std::int64_t number = line->line;
  WriteLimited(level, std::string(file) + ":" + std::to_string(number),
               WithoutValues(line->message),
               {{"library", "grpc"}, {"file", file}, {"line", number}});
  FlushLog();
}

void SetUpGrpcLogging(LogLevel level) {
  gpr_set_log_function(LogForGrpc);
  // An operator who debugs gRPC itself says so in gRPC's own variable.
  if (std::getenv("GRPC_VERBOSITY") != nullptr) return;  // NOLINT(concurrency-mt-unsafe)
  gpr_set_log_verbosity(level == LogLevel::kTrace   ? GPR_LOG_SEVERITY_DEBUG
                        : level == LogLevel::kDebug ? GPR_LOG_SEVERITY_INFO
                                                    : GPR_LOG_SEVERITY_ERROR);
}

}  // namespace

void SetUpLogging(LogLevel level, LogFormat format) {
  log_format = format;
  Logger().set_level(SpdlogLevel(level));
  std::atexit(FlushLog);
  SetUpGrpcLogging(level);
}

bool LogEnabled(LogLevel level) { return Logger().should_log(SpdlogLevel(level)); }

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!LogEnabled(level)) return;
  WriteLimited(level, message, message, fields);
  FlushLog();
}

void LogSoon(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (LogEnabled(level)) WriteLimited(level, message, message, fields);
}

void FlushLog() { Logger().flush(); }

}  // namespace gateway
