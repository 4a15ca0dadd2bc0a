#include "gateway/telemetry/logging.h"

#include <pthread.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <semaphore>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "gateway/telemetry/library_log.h"
#include "gateway/telemetry/log_limit.h"

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

/// Writes to standard error, several lines at a time: a write for each call's line would wake the
/// log's reader each time, and cost as much as making the line. Never destroyed, as its thread
/// never ends. Its lock is spdlog's, which takes a standard mutex.
class BatchingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  BatchingSink() {
    std::thread([this] {
      pthread_setname_np(pthread_self(), "log");
      Run();
    }).detach();
  }

 private:
  /// The longest that a line waits if nobody flushes.
  static constexpr std::chrono::milliseconds kLongestWait{10};
  static constexpr std::size_t kLongestBatch = std::size_t{64} << 10;

  // Called by spdlog, under its mutex.
  void sink_it_(const spdlog::details::log_msg& line) override {
    const bool begins = batch_.size() == 0;
    batch_.append(line.payload.begin(), line.payload.end());
    batch_.push_back('\n');
    if (batch_.size() >= kLongestBatch) return flush_();
    if (begins) begun_.release();
  }
  void flush_() override {
    if (batch_.size() == 0) return;
    // Unbuffered: one write. A failure cannot be reported anywhere.
    static_cast<void>(std::fwrite(batch_.data(), 1, batch_.size(), stderr));
    batch_.clear();
  }

  [[noreturn]] void Run() {
    while (true) {
      begun_.acquire();
      std::this_thread::sleep_for(kLongestWait);
      flush();
    }
  }

  spdlog::memory_buf_t batch_;
  /// Released when a batch begins.
  std::counting_semaphore<> begun_{0};
};

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

/// Leaves out warnings and errors that repeat. Lines below them are never left out: the access log
/// must be whole.
void WriteLimited(LogLevel level, std::string_view kind, std::string_view message,
                  std::initializer_list<LogField> fields) {
  // Never destroyed, like the logger.
  static auto* const limit = new LogLimit;
  if (level < LogLevel::kWarn) return Write(level, message, fields);
  const auto left_out = limit->Admit(kind, Clock::now());
  if (!left_out) return;
  std::vector<LogField> all = fields;
  if (*left_out > 0) all.push_back({"suppressed", *left_out});
  Write(level, message, all);
}

/// gRPC logs metadata as `key=… value=…`. Values may be secrets: the line ends before them.
std::string WithoutValues(std::string_view message) {
  const std::size_t value = message.find("value=");
  if (value == std::string_view::npos) return std::string(message);
  return std::string(message.substr(0, value)) + "value=(not logged)";
}

/// Where a library's line is written, it must not be able to fill the log.
void WriteLibraryLine(const LibraryLine& line) {
  if (!LogEnabled(line.level)) return;
  std::string_view file = line.file;
  file.remove_prefix(file.rfind('/') + 1);
  const std::int64_t number = line.line;
  WriteLimited(line.level, std::string(file) + ":" + std::to_string(number),
               WithoutValues(line.message),
               {{"library", line.library}, {"file", file}, {"line", number}});
  FlushLog();
}

}  // namespace

void SetUpLogging(LogLevel level, LogFormat format) {
  log_format = format;
  Logger().set_level(SpdlogLevel(level));
  std::atexit(FlushLog);
  TakeLibraryLog(level, &WriteLibraryLine);
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
