#include "tests/simulator/run_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/simulator/create_request.h"

namespace extend_simulator {
namespace {

using nlohmann::json;
using testing::ElementsAre;

constexpr int kSplits = 3;

SplitRun SampleRun(RunStatus status) {
  const Time time{std::chrono::milliseconds(1711039500000)};
  return {"splr_a", status, DefaultRequest("packet.pdf"), time,
          time + std::chrono::milliseconds(7)};
}

std::set<std::string> KeysOf(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

const std::set<std::string> kRunKeys = {"object",
                                        "id",
                                        "status",
                                        "splitter",
                                        "splitterVersion",
                                        "output",
                                        "initialOutput",
                                        "reviewedOutput",
                                        "failureReason",
                                        "failureMessage",
                                        "metadata",
                                        "reviewed",
                                        "edited",
                                        "config",
                                        "file",
                                        "parseRunId",
                                        "dashboardUrl",
                                        "usage",
                                        "createdAt",
                                        "updatedAt"};

TEST(RunJson, HasEveryDocumentedKeyInEveryState) {
  for (const auto status : {RunStatus::kPending, RunStatus::kProcessing, RunStatus::kProcessed,
                            RunStatus::kFailed, RunStatus::kCancelled}) {
    EXPECT_EQ(KeysOf(RunJson(SampleRun(status), kSplits)), kRunKeys);
  }
}

TEST(RunJson, NullsFollowTheState) {
  const json pending = RunJson(SampleRun(RunStatus::kPending), kSplits);
  EXPECT_TRUE(pending["file"].is_null());
  EXPECT_TRUE(pending["output"].is_null());
  const json failed = RunJson(SampleRun(RunStatus::kFailed), kSplits);
  EXPECT_EQ(failed["failureReason"], "FAILED_TO_PROCESS_FILE");
  EXPECT_TRUE(failed["usage"].is_null());
  const json processed = RunJson(SampleRun(RunStatus::kProcessed), kSplits);
  EXPECT_TRUE(processed["failureReason"].is_null());
  EXPECT_EQ(processed["output"]["splits"].size(), static_cast<std::size_t>(kSplits));
  EXPECT_EQ(processed["output"]["splits"][2]["endPage"], kSplits * kPagesPerSplit);
  EXPECT_EQ(processed["usage"]["credits"], 1.5);
}

TEST(RunJson, InlineConfigHasNoSplitter) {
  SplitRun run = SampleRun(RunStatus::kProcessing);
  EXPECT_EQ(RunJson(run, kSplits)["splitterVersion"]["splitterId"],
            RunJson(run, kSplits)["splitter"]["id"]);
  run.request.splitter.reset();
  EXPECT_TRUE(RunJson(run, kSplits)["splitter"].is_null());
  EXPECT_TRUE(RunJson(run, kSplits)["splitterVersion"].is_null());
}

TEST(RunJson, SplitterVersionHasEveryDocumentedKey) {
  const json version = RunJson(SampleRun(RunStatus::kPending), kSplits)["splitterVersion"];
  EXPECT_THAT(KeysOf(version), ElementsAre("createdAt", "createdBy", "description", "id", "object",
                                           "splitterId", "version"));
}

TEST(RunJson, SummaryLacksOutputsConfigAndBreakdown) {
  const json summary = RunSummaryJson(SampleRun(RunStatus::kProcessed), kSplits);
  std::set<std::string> keys = kRunKeys;
  for (const char* key : {"output", "initialOutput", "reviewedOutput", "config"}) keys.erase(key);
  EXPECT_EQ(KeysOf(summary), keys);
  EXPECT_THAT(KeysOf(summary["usage"]), ElementsAre("credits", "totalCredits"));
  EXPECT_TRUE(RunSummaryJson(SampleRun(RunStatus::kFailed), kSplits)["usage"].is_null());
}

TEST(RunJson, FileTypeIsNullForAnUnknownName) {
  SplitRun run = SampleRun(RunStatus::kProcessing);
  const std::pair<const char*, json> kCases[] = {
      {"a.pdf", "PDF"}, {"a.xlsx", "EXCEL"}, {"a.b.csv", "CSV"}, {"packet", nullptr}};
  for (const auto& [name, type] : kCases) {
    run.request.file.name = name;
    EXPECT_EQ(RunJson(run, kSplits)["file"]["type"], type) << name;
  }
}

TEST(RunJson, BatchHasEveryDocumentedKey) {
  EXPECT_EQ(BatchJson({"bpr_a", RunStatus::kProcessing, 3, Time{}}),
            json({{"object", "batch_run"},
                  {"id", "bpr_a"},
                  {"status", "PROCESSING"},
                  {"runCount", 3},
                  {"createdAt", "1970-01-01T00:00:00Z"}}));
}

TEST(TimeText, ShowsMillisecondsOnlyWhenThereAreAny) {
  EXPECT_EQ(TimeText(Time(std::chrono::milliseconds(1711039500000))), "2024-03-21T16:45:00Z");
  EXPECT_EQ(TimeText(Time(std::chrono::milliseconds(1711039500007))), "2024-03-21T16:45:00.007Z");
}

}  // namespace
}  // namespace extend_simulator
