#include "gateway/json/json_error.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include "gateway/json/json_writer.h"
#include "tests/json/generated_tables.h"
#include "tests/transcoding/all_types.pb.h"

namespace gateway {
namespace {

using testing::v1::AllTypes;

JsonError ErrorOfWriting(const std::string& text_format) {
  AllTypes message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text_format, &message)) << text_format;
  const auto json = WriteJson(message, GeneratedTables());
  return json ? JsonError() : json.error();
}

TEST(JsonError, NamesThePlaceInJsonsAndInTheProtosNames) {
  const struct {
    const char* message;
    const char* json_place;
    const char* proto_place;
  } cases[] = {
      {"timestamp { nanos: -1 }", "timestamp", "timestamp"},
      {"field_mask { paths: 'A' }", "fieldMask", "field_mask"},
      {"anys {} anys { type_url: 'x/no.Type' }", "anys[1]", "anys[1]"},
      {"singular_child {} durations {} durations { nanos: -1 seconds: 1 }", "durations[1]",
       "durations[1]"},
      {"any { [type.googleapis.com/testing.v1.AllTypes] { field_mask { paths: 'A' } } }",
       "any.fieldMask", "any.field_mask"},
      {"any { [type.googleapis.com/google.protobuf.FieldMask] { paths: 'A' } }", "any.value",
       "any.value"},
  };
  for (const auto& c : cases) {
    const JsonError error = ErrorOfWriting(c.message);
    EXPECT_FALSE(error.rule().empty()) << c.message;
    EXPECT_EQ(error.JsonPlace(), c.json_place);
    EXPECT_EQ(error.ProtoPlace(), c.proto_place);
  }
}

TEST(JsonError, KeepsARuleWithAColonWhole) {
  JsonError error;
  error.Set("must be one of: a, b");
  error.In(*AllTypes::descriptor()->FindFieldByName("singular_string"));
  EXPECT_EQ(error.ToStatus().error_message(), "singularString: must be one of: a, b");
  EXPECT_EQ(error.rule(), "must be one of: a, b");
  EXPECT_EQ(error.ProtoPlace(), "singular_string");
}

TEST(JsonError, CutsALongPlace) {
  JsonError error;
  error.Set("rule");
  for (int i = 0; i < 100; ++i) {
    error.In(*AllTypes::descriptor()->FindFieldByName("singular_child"));
  }
  EXPECT_LE(error.ProtoPlace().size(), 260U);
  EXPECT_TRUE(error.ProtoPlace().ends_with("singular_child...")) << error.ProtoPlace();
}

}  // namespace
}  // namespace gateway
