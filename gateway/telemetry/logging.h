// The process's log: one line per event on stderr, JSON or text, through spdlog.
//
// Thread-safe after SetUpLogging, which main calls first. Never log a token, a header value or a
// request body; an upstream's error body goes to debug only, cut to 1 KiB.
#pragma once

#include <initializer_list>
#include <string_view>

#include "gateway/config/config.h"
#include "gateway/telemetry/log_line.h"

namespace gateway {

void SetUpLogging(LogLevel level, LogFormat format);

/// Whether a line of this level would be written, to be asked before building costly fields.
bool LogEnabled(LogLevel level);

/// One line: time, level, message and fields. Values are escaped for the format: no input can make
/// a second line. Warnings and errors with the same message are limited (log_limit.h): what varies
/// belongs into a field.
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

/// Like Log, but the line may wait 10 ms for others, with which it is written: for lines of calls.
void LogSoon(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

/// Writes the lines that wait.
void FlushLog();

}  // namespace gateway
