// The process's log: one line per event on stderr, JSON or text, through spdlog.
//
// Thread-safe after SetUpLogging, which main calls first. Never log a token, a header value or a
// request body; an upstream's error body goes to debug only, cut to 1 KiB.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/config/config.h"

namespace gateway {

void SetUpLogging(LogLevel level, LogFormat format);

/// Whether a line of this level would be written: ask before building costly fields.
bool LogEnabled(LogLevel level);

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// One line: time, level, message and fields. Values are escaped for the format: no input can make
/// a second line. Of warnings and errors that repeat, only the first few are written (log_limit.h):
/// what varies belongs into a field.
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

/// As Log, but the line may wait 10 ms for others (batching_sink.h): for lines of calls.
void LogSoon(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

/// Writes the lines that wait.
void FlushLog();

}  // namespace gateway
