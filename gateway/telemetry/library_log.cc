#include "gateway/telemetry/library_log.h"

#include <grpcpp/version_info.h>

#include <atomic>
#include <cstdlib>
#include <string>

#if GRPC_CPP_VERSION_MINOR < 66
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#else
#include <absl/log/globals.h>
#include <absl/log/initialize.h>
#include <absl/log/log_sink.h>
#include <absl/log/log_sink_registry.h>
#endif

namespace gateway {
namespace {

std::atomic<void (*)(const LibraryLine&)> write_line = nullptr;

/// An operator who debugs gRPC itself says so in gRPC's own variable.
bool OperatorChose() {
  return std::getenv("GRPC_VERBOSITY") != nullptr;  // NOLINT(concurrency-mt-unsafe)
}

/// Protobuf's lines are mostly of messages that do not parse, which callers can send at will.
LogLevel ProtobufLevel(bool fatal) { return fatal ? LogLevel::kError : LogLevel::kDebug; }

#if GRPC_CPP_VERSION_MINOR < 66

/// gRPC's "info" is for people who debug gRPC.
void TakeGrpc(gpr_log_func_args* line) {
  LogLevel level = LogLevel::kTrace;
  if (line->severity == GPR_LOG_SEVERITY_INFO) level = LogLevel::kDebug;
  if (line->severity == GPR_LOG_SEVERITY_ERROR) level = LogLevel::kError;
  write_line.load()({level, "grpc", line->file, line->line, line->message});
}

void TakeProtobuf(google::protobuf::LogLevel level, const char* file, int line,
                  const std::string& message) {
  const bool fatal = level == google::protobuf::LOGLEVEL_FATAL;
  write_line.load()({ProtobufLevel(fatal), "protobuf", file, line, message});
}

void Take(LogLevel level) {
  gpr_set_log_function(&TakeGrpc);
  google::protobuf::SetLogHandler(&TakeProtobuf);
  if (OperatorChose()) return;
  gpr_set_log_verbosity(level == LogLevel::kTrace   ? GPR_LOG_SEVERITY_DEBUG
                        : level == LogLevel::kDebug ? GPR_LOG_SEVERITY_INFO
                                                    : GPR_LOG_SEVERITY_ERROR);
}

#else

/// The verbosity at which gRPC logs what was "debug" before.
constexpr int kGrpcDebug = 2;

std::string_view LibraryOf(std::string_view file) {
  if (file.find("google/protobuf/") != std::string_view::npos) return "protobuf";
  return file.find("absl/") != std::string_view::npos ? "abseil" : "grpc";
}

/// gRPC's "info" is for people who debug gRPC.
LogLevel LevelOf(const absl::LogEntry& line, std::string_view library) {
  if (library == "protobuf") {
    return ProtobufLevel(line.log_severity() == absl::LogSeverity::kFatal);
  }
  if (line.verbosity() >= kGrpcDebug) return LogLevel::kTrace;
  if (line.log_severity() == absl::LogSeverity::kInfo) return LogLevel::kDebug;
  return line.log_severity() == absl::LogSeverity::kWarning ? LogLevel::kWarn : LogLevel::kError;
}

class Sink final : public absl::LogSink {
  void Send(const absl::LogEntry& line) override {
    const std::string_view library = LibraryOf(line.source_filename());
    write_line.load()({LevelOf(line, library), library, line.source_filename(), line.source_line(),
                       line.text_message()});
  }
};

void Take(LogLevel level) {
  static const bool once = [] {
    // Without it, Abseil writes to standard error, and says that this call is missing. A second one
    // ends the process.
    absl::InitializeLog();
    absl::SetStderrThreshold(absl::LogSeverityAtLeast::kInfinity);
    absl::AddLogSink(new Sink);  // Never destroyed: threads of gRPC log while the process exits.
    return true;
  }();
  static_cast<void>(once);
  if (OperatorChose()) return;
  absl::SetGlobalVLogLevel(level == LogLevel::kTrace ? kGrpcDebug : 0);
  absl::SetMinLogLevel(level <= LogLevel::kDebug ? absl::LogSeverityAtLeast::kInfo
                                                 : absl::LogSeverityAtLeast::kWarning);
}

#endif

}  // namespace

void TakeLibraryLog(LogLevel level, void (*write)(const LibraryLine&)) {
  write_line = write;
  Take(level);
}

}  // namespace gateway
