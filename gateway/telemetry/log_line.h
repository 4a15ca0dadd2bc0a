// One line of the log as text. Thread-safe; pure functions.
//
// No input makes a second line, leaves its field or reaches a terminal as more than text: all but
// printable ASCII is escaped.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/config/config.h"

namespace gateway {

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Without a line break at the end. The time is UTC, in RFC 3339 with milliseconds.
std::string FormatLogLine(LogFormat format, std::chrono::system_clock::time_point time,
                          LogLevel level, std::string_view message,
                          std::span<const LogField> fields);

}  // namespace gateway
