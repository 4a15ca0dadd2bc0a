#include "gateway/telemetry/trace_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace gateway {
namespace {

using testing::MatchesRegex;

const std::string kTraceId = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpanId = "b7ad6b7169203331";

TEST(TraceContext, KeepsTheCallersTraceAndMakesItsOwnSpan) {
  const TraceContext trace = TraceContext::FromCaller("00-" + kTraceId + "-" + kSpanId + "-01");
  EXPECT_TRUE(trace.continued());
  EXPECT_EQ(trace.trace_id(), kTraceId);
  EXPECT_THAT(trace.Traceparent(), MatchesRegex("00-" + kTraceId + "-[0-9a-f]{16}-01"));
  EXPECT_THAT(trace.Traceparent(), testing::Not(testing::HasSubstr(kSpanId)));
}

TEST(TraceContext, KeepsTheSampledFlagOnly) {
  EXPECT_TRUE(TraceContext::FromCaller("00-" + kTraceId + "-" + kSpanId + "-00")
                  .Traceparent()
                  .ends_with("-00"));
  EXPECT_TRUE(TraceContext::FromCaller("00-" + kTraceId + "-" + kSpanId + "-ff")
                  .Traceparent()
                  .ends_with("-01"));
}

TEST(TraceContext, ReadsLaterVersionsByTheirFirstFields) {
  for (const std::string later : {"", "-more", "-"}) {
    const auto trace = TraceContext::FromCaller("cc-" + kTraceId + "-" + kSpanId + "-01" + later);
    EXPECT_EQ(trace.trace_id(), kTraceId) << later;
    EXPECT_TRUE(trace.Traceparent().starts_with("00-"));
  }
}

TEST(TraceContext, StartsATraceWithoutAValidTraceparent) {
  const std::string zeros(32, '0');
  const std::string tail = "-" + kSpanId + "-01";
  const std::string malformed[] = {
      "",
      "00",
      "ff-" + kTraceId + tail,
      "0G-" + kTraceId + tail,
      "00-" + kTraceId + tail + "-more",
      "cc-" + kTraceId + tail + "more",
      "00-" + zeros + tail,
      "00-" + kTraceId + "-0000000000000000-01",
      "00-0AF7651916CD43DD8448EB211C80319C" + tail,
      "00-" + kTraceId + "-" + kSpanId + "-0x",
      "00_" + kTraceId + tail,
      " 00-" + kTraceId + tail,
      "00-" + kTraceId + "-" + kSpanId + "-0",
  };
  for (const std::string& traceparent : malformed) {
    const TraceContext trace = TraceContext::FromCaller(traceparent);
    EXPECT_FALSE(trace.continued()) << traceparent;
    EXPECT_NE(trace.trace_id(), kTraceId) << traceparent;
    EXPECT_THAT(trace.Traceparent(), MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-00"));
  }
  EXPECT_FALSE(TraceContext::FromCaller(std::nullopt).continued());
}

TEST(TraceContext, NeverRepeatsAnId) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(TraceContext::FromCaller(std::nullopt).trace_id()).second);
  }
}

}  // namespace
}  // namespace gateway
