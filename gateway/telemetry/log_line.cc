#include "gateway/telemetry/log_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iterator>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

using std::chrono::system_clock;

// A line of the access log has some 400 bytes.
constexpr std::size_t kUsualLineBytes = 512;

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return "trace";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "unknown";
}

/// `2026-11-25T20:48:00`, made once a second on each thread.
const std::string& DateAndTime(std::time_t seconds) {
  thread_local std::time_t last = -1;
  thread_local std::string text;
  if (text.empty() || seconds != last) {
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", utc.tm_year + 1900, utc.tm_mon + 1,
                       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
    last = seconds;
  }
  return text;
}

void AppendTime(std::string& line, system_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time) - second;
  line += DateAndTime(system_clock::to_time_t(second));
  fmt::format_to(std::back_inserter(line), ".{:03}Z", milliseconds.count());
}

/// A JSON string. Text that needs no escape (nearly all text) is copied as it is.
void AppendQuoted(std::string& line, std::string_view text) {
  static constexpr CharSet kPlain(
      [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (kPlain.HoldsAllOf(text)) {
    line += '"';
    line += text;
    line += '"';
    return;
  }
  line += nlohmann::json(text).dump(-1, ' ', /*ensure_ascii=*/true,
                                    nlohmann::json::error_handler_t::replace);
}

/// One word as it is; other text quoted.
void AppendWord(std::string& line, std::string_view text) {
  static constexpr CharSet kPlain(
      [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '='; });
  if (!text.empty() && kPlain.HoldsAllOf(text)) {
    line += text;
  } else {
    AppendQuoted(line, text);
  }
}

/// Numbers and bools are written alike in both formats. JSON has no infinity and no NaN.
template <class T>
void AppendPlain(std::string& line, T value) {
  if constexpr (std::is_same_v<T, double>) {
    if (!std::isfinite(value)) {
      line += "null";
      return;
    }
  }
  fmt::format_to(std::back_inserter(line), "{}", value);
}

template <class AppendText>
void AppendValue(std::string& line, const LogField& field, AppendText append_text) {
  std::visit(
      [&](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
          append_text(line, value);
        } else {
          AppendPlain(line, value);
        }
      },
      field.value);
}

std::string FormatJson(system_clock::time_point time, LogLevel level, std::string_view message,
                       std::span<const LogField> fields) {
  std::string line;
  line.reserve(kUsualLineBytes);
  line += R"({"time":")";
  AppendTime(line, time);
  line.append(R"(","level":")").append(LevelName(level)).append(R"(","message":)");
  AppendQuoted(line, message);
  for (const LogField& field : fields) {
    line += ',';
    AppendQuoted(line, field.name);
    line += ':';
    AppendValue(line, field, AppendQuoted);
  }
  return line += '}';
}

std::string FormatText(system_clock::time_point time, LogLevel level, std::string_view message,
                       std::span<const LogField> fields) {
  std::string line;
  AppendTime(line, time);
  fmt::format_to(std::back_inserter(line), " {:5} ", LevelName(level));
  const bool printable = std::ranges::all_of(message, [](char c) { return c >= ' ' && c <= '~'; });
  if (printable) {
    line += message;
  } else {
    AppendQuoted(line, message);
  }
  for (const LogField& field : fields) {
    line += ' ';
    AppendWord(line, field.name);
    line += '=';
    AppendValue(line, field, AppendWord);
  }
  return line;
}

}  // namespace

std::string FormatLogLine(LogFormat format, system_clock::time_point time, LogLevel level,
                          std::string_view message, std::span<const LogField> fields) {
  return format == LogFormat::kJson ? FormatJson(time, level, message, fields)
                                    : FormatText(time, level, message, fields);
}

}  // namespace gateway
