// One line of the log as text. Pure functions.
//
// No input makes a second line, leaves its field or reaches a terminal as more than text: what is
// not printable ASCII is escaped.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "gateway/telemetry/logging.h"

namespace gateway {

/// Without a line break at its end. Time is UTC, in RFC 3339 with milliseconds.
std::string FormatLogLine(LogFormat format, std::chrono::system_clock::time_point time,
                          LogLevel level, std::string_view message,
                          std::span<const LogField> fields);

}  // namespace gateway
