#include "gateway/json/json_writer.h"

#include <gmock/gmock.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>

#include <tuple>

#include "tests/json/generated_tables.h"
#include "tests/transcoding/all_types.pb.h"
#include "tests/transcoding/legacy_types.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using ::testing::HasSubstr;
using testing::v1::AllTypes;

AllTypes Parse(const std::string& text_format) {
  AllTypes message;
  EXPECT_TRUE(pb::TextFormat::ParseFromString(text_format, &message)) << text_format;
  return message;
}

std::string Written(const tl::expected<std::string, JsonError>& json) {
  return json.has_value() ? *json : "error: " + json.error().ToStatus().error_message();
}

struct Case {
  const char* message;  // in text format
  std::string json;
};

void ExpectJson(const std::vector<Case>& cases) {
  for (const Case& c : cases)
    EXPECT_EQ(Written(WriteJson(Parse(c.message), GeneratedTables())), c.json) << c.message;
}

TEST(JsonWriter, WritesEveryScalarInItsCanonicalSpelling) {
  ExpectJson({
      {"singular_double: 0.1", R"({"singularDouble":0.1})"},
      {"singular_double: 1e300", R"({"singularDouble":1e+300})"},
      {"singular_double: -0.0", R"({"singularDouble":-0})"},
      {"singular_double: nan", R"({"singularDouble":"NaN"})"},
      {"singular_double: -inf", R"({"singularDouble":"-Infinity"})"},
      {"singular_float: 0.1", R"({"singularFloat":0.1})"},
      {"singular_float: inf", R"({"singularFloat":"Infinity"})"},
      {"singular_int32: -5", R"({"singularInt32":-5})"},
      {"singular_int64: -9223372036854775808", R"({"singularInt64":"-9223372036854775808"})"},
      {"singular_uint32: 4294967295", R"({"singularUint32":4294967295})"},
      {"singular_uint64: 18446744073709551615", R"({"singularUint64":"18446744073709551615"})"},
      {"singular_sint32: -1 singular_sint64: -1", R"({"singularSint32":-1,"singularSint64":"-1"})"},
      {"singular_fixed32: 1 singular_fixed64: 1", R"({"singularFixed32":1,"singularFixed64":"1"})"},
      {"singular_sfixed32: -1 singular_sfixed64: -1",
       R"({"singularSfixed32":-1,"singularSfixed64":"-1"})"},
      {"singular_bool: true", R"({"singularBool":true})"},
      {R"(singular_bytes: "\373\360")", R"({"singularBytes":"+/A="})"},
      {R"(singular_bytes: "abc")", R"({"singularBytes":"YWJj"})"},
      {"singular_color: COLOR_RED", R"({"singularColor":"RED"})"},
      {"singular_color: COLOR_DARK_RED", R"({"singularColor":"dark-red"})"},
      {"singular_color: 77", R"({"singularColor":77})"},
      {"renamed: 'x'", R"({"another-name":"x"})"},
  });
}

TEST(JsonWriter, EscapesStrings) {
  ExpectJson({
      {R"(singular_string: "\"\\/\b\f\n\r\t\001\037\177")",
       "{\"singularString\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"}"},
      {R"(singular_string: "a\000b")", R"({"singularString":"a\u0000b"})"},
      {"singular_string: '\u00e9\u2028\U0001f600<>&'",
       "{\"singularString\":\"\u00e9\u2028\U0001f600<>&\"}"},
      {R"(string_map { key: "\"" value: "\n" })", R"({"stringMap":{"\"":"\n"}})"},
  });
}

TEST(JsonWriter, LeavesUnsetFieldsOutAndKeepsExplicitZeros) {
  ExpectJson({
      {"", "{}"},
      {"singular_int32: 0 singular_string: ''", "{}"},
      {"optional_int32: 0 optional_string: '' optional_bool: false optional_color: 0",
       R"({"optionalInt32":0,"optionalBool":false,"optionalString":"","optionalColor":"UNSPECIFIED"})"},
      {"choice_uint32: 0", R"({"choiceUint32":0})"},
      {"singular_child {}", R"({"singularChild":{}})"},
  });
}

TEST(JsonWriter, WritesRepeatedFieldsAndMaps) {
  ExpectJson({
      {"repeated_int64: [1, 0]", R"({"repeatedInt64":["1","0"]})"},
      {"repeated_color: [COLOR_RED, 0]", R"({"repeatedColor":["RED","UNSPECIFIED"]})"},
      {"repeated_child {} repeated_child { number: 1 }", R"({"repeatedChild":[{},{"number":1}]})"},
      {"int64_map { key: -5 value: 6 }", R"({"int64Map":{"-5":"6"}})"},
      {"bool_map { key: true } bool_map { key: false value: true }",
       R"({"boolMap":{"false":true,"true":false}})"},
      {"string_map { key: 'b' } string_map { key: 'c' } string_map { key: 'a' }",
       R"({"stringMap":{"a":"","b":"","c":""}})"},
      {"string_child_map { key: 'a' value { number: 1 } }",
       R"({"stringChildMap":{"a":{"number":1}}})"},
  });
}

TEST(JsonWriter, WritesWellKnownTypesInTheirForms) {
  ExpectJson({
      {"timestamp {}", R"({"timestamp":"1970-01-01T00:00:00Z"})"},
      {"timestamp { seconds: 1711039500 nanos: 500000000 }",
       R"({"timestamp":"2024-03-21T16:45:00.500Z"})"},
      {"timestamp { seconds: -1 nanos: 1000 }", R"({"timestamp":"1969-12-31T23:59:59.000001Z"})"},
      {"timestamp { seconds: -62135596800 }", R"({"timestamp":"0001-01-01T00:00:00Z"})"},
      {"timestamp { seconds: 253402300799 nanos: 999999999 }",
       R"({"timestamp":"9999-12-31T23:59:59.999999999Z"})"},
      {"duration { seconds: 1 nanos: 10 }", R"({"duration":"1.000000010s"})"},
      {"duration { nanos: -500000000 }", R"({"duration":"-0.500s"})"},
      {"duration { seconds: -315576000000 }", R"({"duration":"-315576000000s"})"},
      {"field_mask { paths: 'foo_bar' paths: 'baz.qux_quux' }",
       R"({"fieldMask":"fooBar,baz.quxQuux"})"},
      {"int64_value { value: 5 } bool_value {} string_value { value: 'x' }",
       R"({"int64Value":"5","boolValue":false,"stringValue":"x"})"},
      {R"(struct { fields { key: "a" value { list_value {
            values { null_value: NULL_VALUE } values { number_value: 1 }
            values { string_value: "x" } values { bool_value: true }
            values { struct_value {} } } } } })",
       R"({"struct":{"a":[null,1,"x",true,{}]}})"},
      {"value { null_value: NULL_VALUE }", R"({"value":null})"},
      {"choice_null_value: NULL_VALUE", R"({"choiceNullValue":null})"},
      {"empty {}", R"({"empty":{}})"},
      {"any {}", R"({"any":{}})"},
      {"any { [type.googleapis.com/testing.v1.Child] { number: 5 } }",
       R"({"any":{"@type":"type.googleapis.com/testing.v1.Child","number":5}})"},
      {"any { [type.googleapis.com/testing.v1.Child] {} }",
       R"({"any":{"@type":"type.googleapis.com/testing.v1.Child"}})"},
      {"any { [type.googleapis.com/google.protobuf.Duration] { seconds: 1 } }",
       R"({"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}})"},
  });
}

TEST(JsonWriter, RefusesWhatJsonCannotHoldAndNamesThePlace) {
  ExpectJson({
      {"recursives {} recursives { timestamp { seconds: 253402300800 } }",
       "error: recursives[1].timestamp: a time out of range"},
      {"timestamp { seconds: -62135596801 }", "error: timestamp: a time out of range"},
      {"timestamp { nanos: -1 }", "error: timestamp: a time out of range"},
      {"timestamp { nanos: 1000000000 }", "error: timestamp: a time out of range"},
      {"durations { seconds: 315576000001 }", "error: durations[0]: a duration out of range"},
      {"duration { seconds: 1 nanos: -1 }", "error: duration: a duration out of range"},
      {"duration { nanos: 1000000000 }", "error: duration: a duration out of range"},
      {"field_mask { paths: 'fooBar' }",
       "error: fieldMask: a path that would not read back from lowerCamelCase"},
      {"field_mask { paths: 'foo__bar' }",
       "error: fieldMask: a path that would not read back from lowerCamelCase"},
      {"field_mask { paths: 'foo_' }",
       "error: fieldMask: a path that would not read back from lowerCamelCase"},
      {"field_mask { paths: 'foo_1' }",
       "error: fieldMask: a path that would not read back from lowerCamelCase"},
      {"value {}", "error: value: a Value without a kind"},
      {"struct { fields { key: 'a' value { number_value: nan } } }",
       "error: struct[0]: a Value that is no finite number"},
      {"any { type_url: 'x/secret.Type' }", "error: any: an Any of a type that is not known"},
      {"any { type_url: 'testing.v1.Child' }", "error: any: an Any of a type that is not known"},
      {"any { value: 'x' }", "error: any: an Any of a type that is not known"},
      {"any { type_url: 'x/testing.v1.Child' value: 'secret' }",
       "error: any: an Any whose value is no testing.v1.Child"},
  });
  AllTypes message;
  message.mutable_singular_child()->set_text("\xff");
  EXPECT_EQ(Written(WriteJson(message, GeneratedTables())),
            "error: singularChild.text: invalid UTF-8");
  message.Clear();
  (*message.mutable_string_map())["\xff"] = "x";
  EXPECT_EQ(Written(WriteJson(message, GeneratedTables())), "error: stringMap[0]: invalid UTF-8");
  EXPECT_EQ(WriteJson(message, GeneratedTables()).error().ToStatus().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(JsonWriter, RefusesAnyInAnyBeyondItsLimit) {
  const auto nested = [](int levels) {
    google::protobuf::Any any;
    std::ignore = any.PackFrom(testing::v1::Child());
    for (int i = 1; i < levels; ++i) {
      google::protobuf::Any outer;
      std::ignore = outer.PackFrom(any);
      any = outer;
    }
    return any;
  };
  EXPECT_TRUE(WriteJson(nested(101), GeneratedTables()).has_value());
  EXPECT_THAT(Written(WriteJson(nested(102), GeneratedTables())),
              HasSubstr("nests deeper than 101 messages"));
}

TEST(JsonWriter, LeavesOutWhatIsOmitted) {
  const AllTypes message = Parse(R"(singular_int32: 1 singular_string: "x"
      recursive { singular_int32: 2 singular_child { number: 3 text: "y" } })");
  const struct {
    std::vector<const char*> omitted;
    const char* json;
  } cases[] = {
      {{"singular_string"},
       R"({"singularInt32":1,"recursive":{"singularInt32":2,"singularChild":{"number":3,"text":"y"}}})"},
      {{"singular_int32", "recursive.singular_child.text"},
       R"({"singularString":"x","recursive":{"singularInt32":2,"singularChild":{"number":3}}})"},
      {{"recursive.singular_child"},
       R"({"singularInt32":1,"singularString":"x","recursive":{"singularInt32":2}})"},
      {{"recursive", "recursive.singular_int32"}, R"({"singularInt32":1,"singularString":"x"})"},
      {{"optional_int32"},
       R"({"singularInt32":1,"singularString":"x","recursive":{"singularInt32":2,"singularChild":{"number":3,"text":"y"}}})"},
  };
  for (const auto& c : cases) {
    std::vector<FieldPath> omitted;
    for (const char* path : c.omitted) {
      omitted.push_back(FieldPath::Resolve(*AllTypes::descriptor(), path).value());
    }
    EXPECT_EQ(Written(WriteJson(message, GeneratedTables(), omitted)), c.json) << c.omitted.front();
  }
}

TEST(JsonWriter, WritesOneField) {
  const struct {
    const char* field;
    const char* message;
    const char* json;
  } cases[] = {
      {"singular_child", "singular_child { number: 1 }", R"({"number":1})"},
      {"singular_child", "", "{}"},
      {"struct", "", "{}"},
      {"list_value", "", "[]"},
      {"value", "", "null"},
      {"timestamp", "", "null"},
      {"int32_value", "", "null"},
      {"repeated_child", "", "[]"},
      {"string_map", "", "{}"},
      {"singular_int32", "", "0"},
      {"singular_int64", "", R"("0")"},
      {"optional_string", "", R"("")"},
      {"singular_color", "", R"("UNSPECIFIED")"},
      {"repeated_string", "repeated_string: ['a', 'b']", R"(["a","b"])"},
      {"timestamp", "timestamp { nanos: -1 }", "error: timestamp: a time out of range"},
  };
  for (const auto& c : cases) {
    const auto& field = *AllTypes::descriptor()->FindFieldByName(c.field);
    EXPECT_EQ(Written(WriteJsonField(Parse(c.message), field, GeneratedTables())), c.json)
        << c.field;
  }
}

TEST(JsonWriter, WritesDynamicMessages) {
  pb::DynamicMessageFactory factory;
  const std::unique_ptr<pb::Message> message(factory.GetPrototype(AllTypes::descriptor())->New());
  ASSERT_TRUE(message->ParseFromString(
      Parse("singular_color: 1 timestamp { seconds: 1 } string_map { key: 'a' value: 'b' } "
            "any { [type.googleapis.com/testing.v1.Child] { number: 5 } } "
            "value { list_value { values { number_value: 1 } } }")
          .SerializeAsString()));
  EXPECT_EQ(
      Written(WriteJson(*message, GeneratedTables())),
      R"({"singularColor":"RED","stringMap":{"a":"b"},"timestamp":"1970-01-01T00:00:01Z","value":[1],)"
      R"("any":{"@type":"type.googleapis.com/testing.v1.Child","number":5}})");
}

// As in a request whose caller has concatenated messages, which merges them.
TEST(JsonWriter, WritesTheLastOfMapEntriesWithEqualKeys) {
  const struct {
    const char* first;
    const char* last;
    const char* json;
  } cases[] = {
      {"string_map { key: 'a' value: '1' } string_map { key: 'b' }",
       "string_map { key: 'a' value: '2' }", R"({"stringMap":{"a":"2","b":""}})"},
      {"bool_map { key: true value: true }", "bool_map { key: true }",
       R"({"boolMap":{"true":false}})"},
      {"string_child_map { key: 'a' value { number: 1 } }",
       "string_child_map { key: 'a' value { text: 'x' } }",
       R"({"stringChildMap":{"a":{"text":"x"}}})"},
      {"struct { fields { key: 'a' value { number_value: 1 } } }",
       "struct { fields { key: 'a' value { number_value: 2 } } }", R"({"struct":{"a":2}})"},
  };
  pb::DynamicMessageFactory factory;
  for (const auto& c : cases) {
    const std::unique_ptr<pb::Message> message(factory.GetPrototype(AllTypes::descriptor())->New());
    ASSERT_TRUE(message->ParseFromString(Parse(c.first).SerializeAsString() +
                                         Parse(c.last).SerializeAsString()));
    EXPECT_EQ(Written(WriteJson(*message, GeneratedTables())), c.json);
  }
}

TEST(JsonWriter, WritesMessagesOfProto2) {
  testing::v1::LegacyTypes message;
  message.mutable_part()->set_text("a");
  message.SetExtension(testing::v1::extension, 5);
  EXPECT_EQ(Written(WriteJson(message, GeneratedTables())),
            R"({"part":{"text":"a"},"[testing.v1.extension]":5})");
}

}  // namespace
}  // namespace gateway
