#include "tests/simulator/list_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace extend_simulator {
namespace {

using testing::HasSubstr;

SplitRun SampleRun() {
  SplitRun run;
  run.id = "splr_a";
  run.status = RunStatus::kFailed;
  run.request = {.splitter = SplitterReference{"spl_a", "1.0"},
                 .config = {},
                 .file = {"", "invoice.pdf"},
                 .metadata = {},
                 .source = "API",
                 .source_id = "src_a",
                 .batch_id = "bpr_a"};
  return run;
}

TEST(ListQuery, EachFilterKeepsAndRejects) {
  const struct {
    const char* name;
    const char* kept;
    const char* rejected;
  } kCases[] = {
      {"status", "FAILED", "PROCESSED"}, {"splitterId", "spl_a", "spl_b"},
      {"batchId", "bpr_a", "bpr"},       {"sourceId", "src_a", ""},
      {"source", "API", "STUDIO"},       {"fileNameContains", "voice", "Voice"},
  };
  for (const auto& expected : kCases) {
    EXPECT_TRUE(ParseListQuery({{expected.name, expected.kept}})->Matches(SampleRun()))
        << expected.name;
    EXPECT_FALSE(ParseListQuery({{expected.name, expected.rejected}})->Matches(SampleRun()))
        << expected.name;
  }
}

TEST(ListQuery, DefaultsToTheLatestUpdatesFirst) {
  const ListQuery query = ParseListQuery({}).value();
  EXPECT_FALSE(query.by_created);
  EXPECT_FALSE(query.ascending);
  EXPECT_EQ(query.page_size, kDefaultPageSize);
}

TEST(ListQuery, SortsByTheTimeThatWasAskedFor) {
  SplitRun run = SampleRun();
  run.updated_at = run.created_at + std::chrono::hours{1};
  EXPECT_EQ(ParseListQuery({{"sortBy", "createdAt"}})->KeyOf(run).time, run.created_at);
  EXPECT_EQ(ParseListQuery({{"sortBy", "updatedAt"}})->KeyOf(run).time, run.updated_at);
  EXPECT_TRUE(ParseListQuery({{"sortDir", "asc"}})->ascending);
}

TEST(ListQuery, RefusesWhatIsNotDocumented) {
  const std::pair<const char*, const char*> kCases[] = {
      {"file_name_contains", "a"},
      {"status", "DONE"},
      {"status", ""},
      {"source", "api"},
      {"sortBy", "id"},
      {"sortDir", "up"},
      {"maxPageSize", "0"},
      {"maxPageSize", "-1"},
      {"maxPageSize", "1001"},
      {"maxPageSize", "99999999999999999999"},
      {"maxPageSize", "5 "},
      {"nextPageToken", "x"},
      {"nextPageToken", ""},
  };
  for (const auto& [name, value] : kCases) {
    const auto query = ParseListQuery({{name, value}});
    ASSERT_FALSE(query) << name << "=" << value;
    EXPECT_EQ(query.error().http_status, 400);
    EXPECT_EQ(query.error().code, "INVALID_REQUEST");
    EXPECT_THAT(query.error().message, HasSubstr(name));
  }
  EXPECT_TRUE(ParseListQuery({{"maxPageSize", "1000"}}));
}

TEST(ListQuery, RefusesAParameterGivenTwice) {
  EXPECT_FALSE(ParseListQuery({{"status", "FAILED"}, {"status", "FAILED"}}));
}

TEST(PageToken, ReadsBackForIdsOfEveryLength) {
  for (std::size_t length = 0; length < 20; ++length) {
    const PageKey key{Time(std::chrono::milliseconds(1790000000123)), std::string(length, 'x')};
    const std::string token = PageToken(key);
    EXPECT_EQ(ParsePageToken(token), key) << token;
    for (const char special : {'+', '/', '=', ':'}) {
      EXPECT_NE(token.find(special), std::string::npos) << special << " in " << token;
    }
  }
}

TEST(PageToken, GarbledOnesAreRefused) {
  const std::string token = PageToken({Time{}, "splr_a"});
  std::string spaces = token;
  for (char& c : spaces) c = c == '+' ? ' ' : c;
  for (const std::string& garbled :
       {spaces, token.substr(1), std::string("split_runs:"), std::string("split_runs:AAAA"),
        std::string("split_runs:+//+"), std::string("split_runs:+//+fHw="),
        std::string("split_runs:eHh4MTIzfGE=")}) {
    EXPECT_FALSE(ParsePageToken(garbled)) << garbled;
  }
}

}  // namespace
}  // namespace extend_simulator
