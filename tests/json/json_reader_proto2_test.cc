// What the JSON reader does with what proto2 has beyond proto3.

#include <google/protobuf/descriptor.pb.h>

#include "tests/json/json_reader_testing.h"
#include "tests/transcoding/legacy_types.pb.h"

namespace gateway {
namespace {

using testing::v1::LegacyTypes;

TEST(JsonReaderProto2, ReadsMessages) {
  const JsonReader reader(*LegacyTypes::descriptor(), GeneratedTables());
  const auto read = reader.Read(R"({"number": 0, "numbers": [1, 2], "level": "HIGH",
                                    "part": {"text": "a"}, "parts": [{}, {"text": "b"}],
                                    "[testing.v1.extension]": 5,
                                    "[testing.v1.LegacyNote.notes]": [{"text": "c"}]})",
                                {});
  ASSERT_TRUE(read.has_value()) << read.error().error_message();
  LegacyTypes expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "number: 0 numbers: [1, 2] level: HIGH Part { text: 'a' } Parts {} Parts { text: 'b' } "
      "[testing.v1.extension]: 5 [testing.v1.LegacyNote.notes] { text: 'c' }",
      &expected));
  EXPECT_EQ(*read, expected.SerializeAsString());
}

TEST(JsonReaderProto2, KnowsExtensionsOnlyByTheirFullNameInBrackets) {
  const JsonReader reader(*LegacyTypes::descriptor(), GeneratedTables());
  const JsonReadOptions strict{.unknown = JsonReadOptions::Unknown::kReject};
  const struct {
    const char* json;
    const char* error;
  } cases[] = {
      {R"({"[testing.v1.extension]": "x"})", "[testing.v1.extension]: not a valid int32"},
      {R"({"[testing.v1.LegacyNote.notes]": [{"text": 1}]})",
       "[testing.v1.LegacyNote.notes][0].text: not a string"},
      {R"({"extension": 5})", "extension: unknown field"},
      {R"({"testing.v1.extension": 5})", "testing.v1.extension: unknown field"},
      {R"({"[testing.v1.LegacyTypes]": {}})", "[testing.v1.LegacyTypes]: unknown field"},
  };
  for (const auto& c : cases) EXPECT_EQ(ErrorOf(reader.Read(c.json, strict)), c.error) << c.json;
}

// proto2 enums need not have a zero, or one that means "unknown".
TEST(JsonReaderProto2, LeavesFieldsUnsetWhereTheEnumNameIsUnknown) {
  int reported = 0;
  const JsonReader reader(*LegacyTypes::descriptor(), GeneratedTables());
  const JsonReadOptions options{.on_unknown_enum = [&](const auto&) { ++reported; }};
  EXPECT_EQ(reader.Read(R"({"level": "MIDDLE"})", options).value(), "");
  EXPECT_EQ(reported, 1);
}

// proto2 only warns of such fields.
TEST(JsonReaderProto2, OfFieldsWithOneJsonNameTheFirstHasIt) {
  google::protobuf::FileDescriptorProto file;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(name: "alike.proto" message_type {
           name: "Alike"
           field { name: "foo_bar" number: 1 type: TYPE_STRING label: LABEL_REPEATED }
           field { name: "fooBar" number: 2 type: TYPE_STRING label: LABEL_REPEATED }
         })",
      &file));
  google::protobuf::DescriptorPool pool;
  const JsonTables tables(pool);
  const JsonReader reader(*pool.BuildFile(file)->message_type(0), tables);
  const auto read = reader.Read(R"({"foo_bar": null, "fooBar": ["a"]})", {});
  EXPECT_EQ(read.value(), "\n\1a");
}

}  // namespace
}  // namespace gateway
