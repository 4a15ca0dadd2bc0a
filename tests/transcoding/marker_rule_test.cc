#include "gateway/transcoding/marker_rule.h"

#include <gmock/gmock.h>

#include "extend/v1/split_run_service.pb.h"
#include "tests/json/from_text.h"
#include "tests/json/generated_tables.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using extend::v1::CreateSplitRunRequest;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Optional;

const pb::MethodDescriptor& Create() {
  return *CreateSplitRunRequest::descriptor()
              ->file()
              ->FindServiceByName("SplitRunService")
              ->FindMethodByName("CreateSplitRun");
}

MarkerRule BuiltIn() {
  return *MarkerRule::Compile(Create().options().GetExtension(v1::marker), Create(),
                              GeneratedTables());
}

HttpResponse List(const std::string& data) {
  return {.status = 200, .headers = {}, .body = R"({"object":"list","data":[)" + data + "]}"};
}

TEST(MarkerRule, SetsTheIdWhereTheCallerHasNone) {
  CreateSplitRunRequest request;
  EXPECT_THAT(BuiltIn().Mark(request, "k", "id-1"), Optional(std::string("id-1")));
  EXPECT_EQ(request.metadata().fields().at("k").string_value(), "id-1");
}

TEST(MarkerRule, KeepsTheCallersTextAndLeavesWhatIsNoTextAlone) {
  CreateSplitRunRequest request;
  auto& value = (*request.mutable_metadata()->mutable_fields())["k"];
  value.set_string_value("mine");
  EXPECT_THAT(BuiltIn().Mark(request, "k", "id-1"), Optional(std::string("mine")));
  for (const auto& set :
       {+[](pb::Value& v) { v.set_number_value(1); }, +[](pb::Value& v) { v.set_string_value(""); },
        +[](pb::Value& v) { v.set_null_value(pb::NULL_VALUE); }}) {
    set(value);
    const std::string before = request.SerializeAsString();
    EXPECT_EQ(BuiltIn().Mark(request, "k", "id-1"), std::nullopt);
    EXPECT_EQ(request.SerializeAsString(), before);
  }
}

TEST(MarkerRule, LeavesARequestWithoutRoomUnmarked) {
  // {"a":"…","k":"id"}
  const std::size_t others = std::string(R"({"a":"","k":"id"})").size();
  for (const std::size_t over : {0U, 1U}) {
    CreateSplitRunRequest request;
    const std::string text(MarkerRule::kMaxFieldBytes - others + over, 'x');
    (*request.mutable_metadata()->mutable_fields())["a"].set_string_value(text);
    EXPECT_EQ(BuiltIn().Mark(request, "k", "id").has_value(), over == 0);
    EXPECT_EQ(request.metadata().fields().count("k"), over == 0 ? 1U : 0U);
  }
}

TEST(MarkerRule, FindsTheItemWithTheMarker) {
  HttpResponse list = List(R"({"id":"a","metadata":{"k":"other"}},{"id":"b"},
      {"id":"c","metadata":null},{"id":"d","metadata":{"k":7}},
      {"id":"e","status":"PROCESSING","metadata":{"k":"m","x":[1]}})");
  const auto found = BuiltIn().Find(list, "k", "m");
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(*found, HasSubstr(R"("id":"e")"));
  EXPECT_THAT(*found, HasSubstr(R"("status":"PROCESSING")"));
}

TEST(MarkerRule, FindsNothingInAListThatLacksItOrCannotBeRead) {
  for (const HttpResponse& response :
       {List(""), List(R"({"metadata":{"k":"x"}})"), List(R"({"metadata":{"other":"m"}})"),
        List("{"), HttpResponse{.status = 204, .headers = {}, .body = ""}}) {
    HttpResponse list = response;
    EXPECT_EQ(BuiltIn().Find(list, "k", "m"), std::nullopt) << response.body;
  }
}

TEST(MarkerRule, NamesEachWrongPart) {
  const std::string good =
      R"(field: "metadata" list: "/split_runs" items: "data" item_field: "metadata")";
  EXPECT_TRUE(
      MarkerRule::Compile(FromText<v1::Marker>(good), Create(), GeneratedTables()).has_value());
  const std::pair<const char*, const char*> cases[] = {
      {R"(field: "file" list: "/split_runs" items: "data" item_field: "metadata")",
       "field \"file\""},
      {R"(field: "gone" list: "/split_runs" items: "data" item_field: "metadata")",
       "field \"gone\""},
      {R"(field: "metadata" list: "/nowhere" items: "data" item_field: "metadata")",
       "list \"/nowhere\""},
      {R"(field: "metadata" list: "/split_runs?sort_by=x" items: "data" item_field: "metadata")",
       "list parameter \"sort_by=x\""},
      {R"(field: "metadata" list: "/split_runs?sortBy" items: "data" item_field: "metadata")",
       "list parameter \"sortBy\""},
      {R"(field: "metadata" list: "/split_runs" items: "object" item_field: "metadata")",
       "items \"object\""},
      {R"(field: "metadata" list: "/split_runs" items: "data" item_field: "id")",
       "item_field \"id\""},
      {"", "field \"\""},
  };
  for (const auto& [rule, error] : cases) {
    const auto compiled =
        MarkerRule::Compile(FromText<v1::Marker>(rule), Create(), GeneratedTables());
    ASSERT_FALSE(compiled.has_value()) << rule;
    EXPECT_THAT(compiled.error(), Contains(HasSubstr(error))) << rule;
  }
}

}  // namespace
}  // namespace gateway
