#include "gateway/telemetry/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "gateway/telemetry/log_limit.h"
#include "gateway/telemetry/log_line.h"
#include "tests/telemetry/library_lines.h"

namespace gateway {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::chrono::system_clock::time_point kTime{std::chrono::milliseconds(1'782'907'200'123)};

std::string Line(LogFormat format, std::string_view message,
                 std::initializer_list<LogField> fields = {}) {
  return FormatLogLine(format, kTime, LogLevel::kInfo, message, fields);
}

const std::vector<std::string>& HostileTexts() {
  using namespace std::string_literals;
  static const std::vector<std::string> texts = {
      "a\r\nb"s,
      "\n{\"level\":\"error\"}"s,
      "\",\"level\":\"error"s,
      "quote\" and \\backslash"s,
      "\x1b[31mred"s,
      "a\0b"s,
      "\xff\xfe invalid"s,
      "cut \xc3"s,
      "\xc2\x85 next line \xe2\x80\xa8 line separator"s,
      "\x7f"s,
      "a=b"s,
      "a b"s,
      ""s,
  };
  return texts;
}

bool IsOnePrintableLine(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
}

TEST(LogLine, IsOneJsonObject) {
  EXPECT_EQ(Line(LogFormat::kJson, "done",
                 {{"text", "a"}, {"count", 3}, {"seconds", 1.5}, {"good", true}}),
            R"({"time":"2026-07-01T12:00:00.123Z","level":"info","message":"done",)"
            R"("text":"a","count":3,"seconds":1.5,"good":true})");
}

TEST(LogLine, IsReadableAsText) {
  EXPECT_EQ(Line(LogFormat::kText, "call done",
                 {{"method", "/a.B/C"}, {"text", "two words"}, {"count", 3}, {"good", false}}),
            R"(2026-07-01T12:00:00.123Z info  call done method=/a.B/C text="two words" )"
            R"(count=3 good=false)");
}

TEST(LogLine, OfTextBeforeTheEpochHasATime) {
  const auto before = std::chrono::system_clock::time_point(std::chrono::milliseconds(-1));
  EXPECT_THAT(FormatLogLine(LogFormat::kText, before, LogLevel::kWarn, "x", {}),
              testing::StartsWith("1969-12-31T23:59:59.999Z warn  x"));
}

TEST(LogLine, OfHostileTextStaysOneJsonObjectWithItsFields) {
  for (const std::string& text : HostileTexts()) {
    const std::string line = Line(LogFormat::kJson, text, {{"field", text}, {text, "value"}});
    EXPECT_TRUE(IsOnePrintableLine(line)) << line;
    const json object = json::parse(line);
    EXPECT_EQ(object.size(), 5U) << line;
    EXPECT_EQ(object["level"], "info");
    EXPECT_EQ(object["message"], object["field"]);
  }
}

TEST(LogLine, OfJsonKeepsTheValueOfLegalText) {
  const std::string text = "a\r\n\"\\\t\x1b \xc3\xa9";
  EXPECT_EQ(json::parse(Line(LogFormat::kJson, "m", {{"f", text}}))["f"], text);
  EXPECT_EQ(json::parse(Line(LogFormat::kJson, "m", {{"f", "a\xff"}}))["f"], "a\xef\xbf\xbd");
}

TEST(LogLine, OfHostileTextStaysOneTextLineWithItsFields) {
  for (const std::string& text : HostileTexts()) {
    const std::string line = Line(LogFormat::kText, text, {{"field", text}, {"last", "x"}});
    EXPECT_TRUE(IsOnePrintableLine(line)) << line;
    EXPECT_THAT(line, testing::EndsWith(" last=x"));
    EXPECT_THAT(line, HasSubstr(" field=\"")) << line;
  }
}

TEST(LogLine, OfANumberThatJsonLacksIsNull) {
  for (const double number :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_TRUE(json::parse(Line(LogFormat::kJson, "m", {{"n", number}}))["n"].is_null());
  }
}

TEST(Logging, WritesLinesOfTheLevelAndAboveToStandardError) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogLevel::kWarn, LogFormat::kText);
  EXPECT_FALSE(LogEnabled(LogLevel::kInfo));
  EXPECT_TRUE(LogEnabled(LogLevel::kWarn));
  Log(LogLevel::kInfo, "hidden");
  Log(LogLevel::kError, "shown {} {0}", {{"braces", "{}"}});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, Not(HasSubstr("hidden")));
  EXPECT_THAT(text, HasSubstr(" error shown {} {0} braces={}\n"));
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
}

TEST(Logging, WritesGrpcsOwnLines) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogLevel::kDebug, LogFormat::kJson);
  GRPC_LOGS_ERROR("broken\nby a peer");
  GRPC_LOGS_INFO("chatter");
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
  GRPC_LOGS_INFO("hidden");
  const std::string text = testing::internal::GetCapturedStderr();
  ASSERT_EQ(std::ranges::count(text, '\n'), 2);
  const json line = json::parse(text.substr(0, text.find('\n')));
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["message"], "broken\nby a peer");
  EXPECT_EQ(line["library"], "grpc");
  EXPECT_EQ(line["file"], "logging_test.cc");
  EXPECT_EQ(json::parse(text.substr(text.find('\n')))["level"], "debug");
}

TEST(Logging, GrpcsOwnLinesLoseTheirMetadataValues) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
  GRPC_LOGS_ERROR("Error parsing metadata: key=authorization value=Bearer hunter2");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("Error parsing metadata: key=authorization value=(not logged)"));
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

TEST(Logging, AnErrorThatRepeatsIsNotWrittenEveryTime) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
  for (std::int64_t i = 0; i < 100; ++i) {
    Log(LogLevel::kWarn, "the disk is full", {{"number", i}});
    GRPC_LOGS_ERROR("Handshake with 192.0.2.1:" + std::to_string(i) + " failed");
    Log(LogLevel::kInfo, "call");
  }
  const std::string text = testing::internal::GetCapturedStderr();
  constexpr int kWritten = LogLimit::kLinesPerWindow;
  EXPECT_EQ(std::ranges::count(text, '\n'), kWritten + kWritten + 100);
}

TEST(Logging, ALineThatMayWaitStandsBeforeWhatIsWrittenAtOnce) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogLevel::kInfo, LogFormat::kText);
  LogSoon(LogLevel::kInfo, "first");
  LogSoon(LogLevel::kDebug, "hidden");
  LogSoon(LogLevel::kInfo, "second");
  Log(LogLevel::kInfo, "third");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, testing::ContainsRegex("info  first\n.* info  second\n.* info  third\n$"));
  EXPECT_THAT(text, Not(HasSubstr("hidden")));
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
}

TEST(Logging, ALineThatMayWaitComesByItself) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  FlushLog();
  const int standard_error = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  LogSoon(LogLevel::kInfo, "waits");
  std::array<char, 256> bytes{};
  const auto count = read(ends[0], bytes.data(), bytes.size());
  dup2(standard_error, STDERR_FILENO);
  for (const int fd : {standard_error, ends[0], ends[1]}) close(fd);
  ASSERT_GT(count, 0);
  const std::string_view line(bytes.data(), static_cast<std::size_t>(count));
  EXPECT_THAT(line, HasSubstr("waits"));
  EXPECT_THAT(line, testing::EndsWith("\n"));
}

TEST(Logging, LinesOfManyThreadsDoNotMix) {
  testing::internal::CaptureStderr();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([] {
        for (std::int64_t j = 0; j < 100; ++j) Log(LogLevel::kInfo, "line", {{"number", j}});
      });
    }
  }
  std::istringstream lines(testing::internal::GetCapturedStderr());
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    EXPECT_EQ(json::parse(line)["message"], "line");
    ++count;
  }
  EXPECT_EQ(count, 400);
}

}  // namespace
}  // namespace gateway
