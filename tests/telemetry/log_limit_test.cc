#include "gateway/telemetry/log_limit.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

class LogLimitTest : public testing::Test {
 protected:
  std::optional<std::int64_t> Admit(std::string_view kind) { return limit_.Admit(kind, now_); }
  int AdmittedOf(int lines) {
    int admitted = 0;
    for (int i = 0; i < lines; ++i) admitted += Admit("kind") ? 1 : 0;
    return admitted;
  }

  LogLimit limit_;
  Clock::time_point now_ = Clock::time_point() + std::chrono::hours(1);
};

TEST_F(LogLimitTest, AFewLinesOfAKindAreWritten) {
  EXPECT_EQ(AdmittedOf(100), LogLimit::kLinesPerWindow);
}

TEST_F(LogLimitTest, KindsDoNotCountForEachOther) {
  AdmittedOf(100);
  EXPECT_TRUE(Admit("another"));
}

TEST_F(LogLimitTest, TheNextWindowsFirstLineSaysHowManyWereLeftOut) {
  AdmittedOf(100);
  now_ += LogLimit::kWindow;
  EXPECT_EQ(Admit("kind"), 100 - LogLimit::kLinesPerWindow);
  EXPECT_EQ(Admit("kind"), 0);
  EXPECT_EQ(AdmittedOf(100), LogLimit::kLinesPerWindow - 2);
}

TEST_F(LogLimitTest, AWindowBeginsWithItsFirstLine) {
  AdmittedOf(1);
  now_ += LogLimit::kWindow - std::chrono::milliseconds(1);
  EXPECT_EQ(AdmittedOf(100), LogLimit::kLinesPerWindow - 1);
}

TEST_F(LogLimitTest, ManyKindsDoNotStopTheLog) {
  for (std::size_t i = 0; i < 3 * LogLimit::kMaxKinds; ++i) {
    EXPECT_EQ(Admit(std::to_string(i)), 0) << i;
  }
}

}  // namespace
}  // namespace gateway
