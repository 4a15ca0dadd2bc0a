#include "tests/simulator/create_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace extend_simulator {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json ValidBody() {
  return json::parse(R"({
    "config": {"splitClassifications": [{"id": "a", "type": "A", "description": "An a"}]},
    "file": {"url": "https://files.example/packets/march.pdf?sig=x"},
    "priority": 5,
    "metadata": {"order": 7}})");
}

/// The body after an RFC 7396 patch, which is how each case below breaks one rule.
json Patched(json body, const char* patch) {
  body.merge_patch(json::parse(patch));
  return body;
}

TEST(CreateRequest, TakesAnInlineConfig) {
  const RunRequest request = ParseCreateRequest(ValidBody()).value();
  EXPECT_FALSE(request.splitter);
  EXPECT_EQ(request.config, ValidBody()["config"]);
  EXPECT_EQ(request.file.name, "march.pdf");
  EXPECT_EQ(request.metadata["order"], 7);
  EXPECT_EQ(request.source, "API");
}

TEST(CreateRequest, TakesASplitterWithOverrides) {
  const RunRequest request =
      ParseCreateRequest(
          Patched(ValidBody(), R"({"config": null, "splitter": {"id": "spl_a", "version": "draft",
                                   "overrideConfig": {"splitRules": "By date"}}})"))
          .value();
  EXPECT_EQ(request.splitter.value().id, "spl_a");
  EXPECT_EQ(request.splitter.value().version, "draft");
  EXPECT_EQ(request.config["splitRules"], "By date");
  EXPECT_FALSE(request.config["splitClassifications"].empty());
}

TEST(CreateRequest, NamesTheRuleThatIsBroken) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"config": null})", "exactly one of splitter and config"},
      {R"({"splitter": {"id": "spl_a"}})", "exactly one of splitter and config"},
      {R"({"config": 5})", "config must be an object"},
      {R"({"config": {"splitClassifications": []}})", "splitClassifications must not be empty"},
      {R"({"config": {"splitClassifications": null}})", "splitClassifications is required"},
      {R"({"config": {"splitClassifications": ["a"]}})", "must hold objects"},
      {R"({"config": {"splitClassifications": [{"id": "a"}]}})", "type is required"},
      {R"({"config": {"splitRules": 1}})", "splitRules must be a string"},
      {R"({"config": {"advancedOptions": 1}})", "advancedOptions must be an object"},
      {R"({"config": null, "splitter": {}})", "id is required"},
      {R"({"config": null, "splitter": {"id": ""}})", "id must not be empty"},
      {R"({"config": null, "splitter": {"id": "s", "overrideConfig":
           {"splitClassifications": 1}}})",
       "splitClassifications must be an array"},
      {R"({"file": null})", "file is required"},
      {R"({"file": {"url": null}})", "exactly one of url and id"},
      {R"({"file": {"id": "file_a"}})", "exactly one of url and id"},
      {R"({"file": {"url": "ftp://a/b"}})", "http or https"},
      {R"({"file": {"settings": {"password": 1}}})", "password must be a string"},
      {R"({"priority": 1.5})", "priority must be an integer"},
      {R"({"metadata": [1]})", "metadata must be an object"},
  };
  for (const auto& [patch, rule] : kCases) {
    const auto request = ParseCreateRequest(Patched(ValidBody(), patch));
    ASSERT_FALSE(request) << patch;
    EXPECT_EQ(request.error().http_status, 400);
    EXPECT_THAT(request.error().message, HasSubstr(rule)) << patch;
  }
}

TEST(CreateRequest, BoundsMetadata) {
  json body = ValidBody();
  const std::size_t overhead = json{{"k", ""}}.dump().size();
  body["metadata"] = {{"k", std::string(kMaxMetadataBytes - overhead, 'x')}};
  EXPECT_TRUE(ParseCreateRequest(body));
  body["metadata"] = {{"k", std::string(kMaxMetadataBytes - overhead + 1, 'x')}};
  EXPECT_FALSE(ParseCreateRequest(body));
}

json BatchOf(std::size_t inputs) {
  json body = {{"splitter", {{"id", "spl_a"}}}, {"inputs", json::array()}};
  for (std::size_t i = 0; i < inputs; ++i) {
    body["inputs"].push_back({{"file", {{"id", "file_" + std::to_string(i)}}}});
  }
  return body;
}

TEST(BatchRequest, HasOneToAThousandInputs) {
  EXPECT_FALSE(ParseBatchRequest(BatchOf(0)));
  EXPECT_EQ(ParseBatchRequest(BatchOf(1)).value().size(), 1U);
  EXPECT_EQ(ParseBatchRequest(BatchOf(kMaxBatchInputs)).value().size(), kMaxBatchInputs);
  EXPECT_FALSE(ParseBatchRequest(BatchOf(kMaxBatchInputs + 1)));
}

TEST(BatchRequest, ChecksEveryInput) {
  json body = BatchOf(3);
  body["inputs"][2] = {{"metadata", json::object()}};
  EXPECT_FALSE(ParseBatchRequest(body));
  body["inputs"][2] = 7;
  EXPECT_FALSE(ParseBatchRequest(body));
  body = BatchOf(1);
  body.erase("splitter");
  EXPECT_FALSE(ParseBatchRequest(body));
}

TEST(ParseObject, RefusesWhatIsNoObject) {
  for (const char* text : {"", "[", "{", "[]", "null", "\"a\"", "{\"a\":\xff}", "{\"a\":\"\xff\"}",
                           "{\"a\":1}x", "{\"a\":01}"}) {
    const auto object = ParseObject(text);
    ASSERT_FALSE(object) << text;
    EXPECT_EQ(object.error().code, "INVALID_REQUEST");
  }
}

TEST(ParseObject, BoundsDepth) {
  const auto nested = [](int depth) {
    const auto count = static_cast<std::size_t>(depth - 1);
    return R"({"a":)" + std::string(count, '[') + std::string(count, ']') + "}";
  };
  EXPECT_TRUE(ParseObject(nested(kMaxJsonDepth)));
  EXPECT_FALSE(ParseObject(nested(kMaxJsonDepth + 1)));
  EXPECT_FALSE(ParseObject(R"({"a":)" + std::string(500'000, '[')));
}

}  // namespace
}  // namespace extend_simulator
