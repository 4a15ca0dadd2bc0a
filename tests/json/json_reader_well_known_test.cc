#include <google/protobuf/struct.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include "tests/json/json_reader_testing.h"

namespace gateway {
namespace {

TEST(JsonReaderWellKnown, ReadsTimestamps) {
  const struct {
    const char* text;
    const char* fields;
  } cases[] = {
      {"1970-01-01T00:00:00Z", ""},
      {"2024-03-21T16:45:00Z", "seconds: 1711039500"},
      {"2024-02-29T23:59:59.5Z", "seconds: 1709251199 nanos: 500000000"},
      {"1969-12-31T23:59:59.000000001Z", "seconds: -1 nanos: 1"},
      {"2024-03-21T16:45:00.123456789+05:30", "seconds: 1711019700 nanos: 123456789"},
      {"2024-03-21T16:45:00-00:30", "seconds: 1711041300"},
      {"0001-01-01T00:00:00Z", "seconds: -62135596800"},
      {"9999-12-31T23:59:59.999999999Z", "seconds: 253402300799 nanos: 999999999"},
  };
  for (const auto& c : cases) {
    ExpectWire({{std::string("{\"timestamp\": \"") + c.text + "\"}",
                 std::string("timestamp {") + c.fields + "}"}});
  }
}

TEST(JsonReaderWellKnown, RefusesWhatIsNoTimestamp) {
  for (const char* text : {"",
                           "2024-03-21",
                           "2024-03-21T16:45:00",
                           "2024-03-21 16:45:00Z",
                           "2024-03-21t16:45:00Z",
                           "2024-03-21T16:45:00z",
                           "2024-3-21T16:45:00Z",
                           "2024-13-01T00:00:00Z",
                           "2023-02-29T00:00:00Z",
                           "2024-04-31T00:00:00Z",
                           "2024-01-00T00:00:00Z",
                           "2024-03-21T24:00:00Z",
                           "2024-03-21T16:60:00Z",
                           "2024-03-21T16:45:60Z",
                           "2024-03-21T16:45:00.Z",
                           "2024-03-21T16:45:00.1234567890Z",
                           "2024-03-21T16:45:00+24:00",
                           "2024-03-21T16:45:00+0100",
                           "2024-03-21T16:45:00Z ",
                           "0000-12-31T23:59:59Z",
                           "0001-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "10000-01-01T00:00:00Z",
                           "+024-03-21T16:45:00Z",
                           "2024-03-21T16:45Z"}) {
    EXPECT_EQ(ErrorOf(ReadAllTypes(std::string("{\"timestamp\": \"") + text + "\"}")),
              "timestamp: not a timestamp as in RFC 3339, of the years 1 to 9999")
        << text;
  }
  ExpectErrors({{R"({"timestamp": 5})", "timestamp: not a string"}});
}

TEST(JsonReaderWellKnown, ReadsDurations) {
  ExpectWire({
      {R"({"duration": "0s"})", "duration {}"},
      {R"({"duration": "1.5s"})", "duration { seconds: 1 nanos: 500000000 }"},
      {R"({"duration": "-1.5s"})", "duration { seconds: -1 nanos: -500000000 }"},
      {R"({"duration": "-0.000000001s"})", "duration { nanos: -1 }"},
      {R"({"duration": "315576000000.999999999s"})",
       "duration { seconds: 315576000000 nanos: 999999999 }"},
      {R"({"duration": "-315576000000s"})", "duration { seconds: -315576000000 }"},
  });
  for (const char* text :
       {"", "s", "1", "1 s", "1.s", ".5s", "+1s", "--1s", "1e3s", "1s ", "1.0000000001s",
        "315576000001s", "-315576000001s", "1m", "99999999999999999999s"}) {
    EXPECT_EQ(ErrorOf(ReadAllTypes(std::string("{\"duration\": \"") + text + "\"}")),
              "duration: not a duration in seconds such as 1.5s, or out of range")
        << text;
  }
}

TEST(JsonReaderWellKnown, ReadsFieldMasks) {
  ExpectWire({
      {R"({"fieldMask": ""})", "field_mask {}"},
      {R"({"fieldMask": ",a,,b,"})", "field_mask { paths: 'a' paths: 'b' }"},
      {R"({"fieldMask": "fooBar,baz.quxQuux"})",
       "field_mask { paths: 'foo_bar' paths: 'baz.qux_quux' }"},
  });
  ExpectErrors({{R"({"fieldMask": "foo_bar"})", "fieldMask: not a list of paths in lowerCamelCase"},
                {R"({"fieldMask": []})", "fieldMask: not a string"}});
}

TEST(JsonReaderWellKnown, ReadsWrappersAsWhatTheyWrap) {
  ExpectWire({
      {R"({"doubleValue": 1.5})", "double_value { value: 1.5 }"},
      {R"({"floatValue": "Infinity"})", "float_value { value: inf }"},
      {R"({"int64Value": "-5"})", "int64_value { value: -5 }"},
      {R"({"uint64Value": 5})", "uint64_value { value: 5 }"},
      {R"({"int32Value": 5})", "int32_value { value: 5 }"},
      {R"({"uint32Value": 5})", "uint32_value { value: 5 }"},
      {R"({"boolValue": true})", "bool_value { value: true }"},
      {R"({"stringValue": "a"})", "string_value { value: 'a' }"},
      {R"({"bytesValue": "YQ=="})", "bytes_value { value: 'a' }"},
      {R"({"int32Value": 0, "boolValue": false, "stringValue": ""})",
       "int32_value {} bool_value {} string_value {}"},
      {R"({"choiceStringValue": ""})", "choice_string_value {}"},
      {R"({"stringValues": ["a", ""]})", "string_values { value: 'a' } string_values {}"},
  });
  ExpectErrors({{R"({"int32Value": {"value": 1}})", "int32Value: not a valid int32"}});
}

TEST(JsonReaderWellKnown, ReadsAnyJsonAsValue) {
  ExpectWire({
      {R"({"value": null})", "value { null_value: NULL_VALUE }"},
      {R"({"value": false})", "value { bool_value: false }"},
      {R"({"value": 0})", "value { number_value: 0 }"},
      {R"({"value": 9007199254740993})", "value { number_value: 9007199254740992 }"},
      {R"({"value": ""})", "value { string_value: '' }"},
      {R"({"value": []})", "value { list_value {} }"},
      {R"({"value": {}})", "value { struct_value {} }"},
      {R"({"struct": {"a": {"b": [null, 1, "x", [true]]}}})",
       R"(struct { fields { key: 'a' value { struct_value { fields { key: 'b' value { list_value {
            values { null_value: NULL_VALUE } values { number_value: 1 }
            values { string_value: 'x' }
            values { list_value { values { bool_value: true } } } } } } } } } })"},
      {R"({"listValue": [1, null]})",
       "list_value { values { number_value: 1 } values { null_value: NULL_VALUE } }"},
      {R"({"values": [null, {}]})", "values { null_value: NULL_VALUE } values { struct_value {} }"},
      {R"({"choiceValue": null})", "choice_value { null_value: NULL_VALUE }"},
      {R"({"nullValue": null})", ""},
      {R"({"choiceNullValue": null})", "choice_null_value: NULL_VALUE"},
      {R"({"choiceNullValue": "NULL_VALUE"})", "choice_null_value: NULL_VALUE"},
      {R"({"nullValues": [null, "NULL_VALUE", 0]})", "null_values: [0, 0, 0]"},
  });
  ExpectErrors({
      {R"({"struct": []})", "struct: not an object"},
      {R"({"listValue": {}})", "listValue: not an array"},
      {R"({"struct": {"a": 1, "b": [1, 1e999]}})", "struct[1][1]: beyond the range of double"},
  });
}

TEST(JsonReaderWellKnown, ReadsAnyByItsType) {
  const std::string type = R"("@type": "type.googleapis.com/)";
  ExpectWire({
      {"{\"any\": {" + type + R"(testing.v1.Child", "number": 5}})",
       "any { [type.googleapis.com/testing.v1.Child] { number: 5 } }"},
      {R"({"any": {"number": 5, )" + type + R"(testing.v1.Child", "unknown": {}}})",
       "any { [type.googleapis.com/testing.v1.Child] { number: 5 } }"},
      {"{\"any\": {" + type + R"(testing.v1.Child"}})",
       "any { [type.googleapis.com/testing.v1.Child] {} }"},
      {R"({"any": {"value": "1.5s", )" + type + R"(google.protobuf.Duration"}})",
       "any { [type.googleapis.com/google.protobuf.Duration] { seconds: 1 nanos: 500000000 } }"},
      {"{\"any\": {" + type + R"(google.protobuf.Int32Value", "value": 5}})",
       "any { [type.googleapis.com/google.protobuf.Int32Value] { value: 5 } }"},
      {"{\"any\": {" + type + R"(google.protobuf.Value", "value": null}})",
       "any { [type.googleapis.com/google.protobuf.Value] { null_value: NULL_VALUE } }"},
      {"{\"any\": {" + type + R"(google.protobuf.Any", "value": {)" + type +
           R"(testing.v1.Child", "text": "x"}}})",
       R"(any { [type.googleapis.com/google.protobuf.Any] {
            [type.googleapis.com/testing.v1.Child] { text: "x" } } })"},
      {R"({"any": {}})", "any {}"},
  });
  ExpectErrors({
      {R"({"any": {"number": 5}})", "any: an Any without \"@type\""},
      {R"({"any": {"@type": 5}})", "any.@type: not a string"},
      {"{\"any\": {" + type + R"(google.protobuf.Duration"}})",
       "any: an Any of google.protobuf.Duration without \"value\""},
      {"{\"any\": {" + type + R"(testing.v1.Child", "child": {"number": "x"}}})",
       "any.child.number: not a valid int32"},
      {"{\"any\": {" + type + R"(google.protobuf.Duration", "value": 5}})",
       "any.value: not a string"},
  });
}

TEST(JsonReaderWellKnown, RefusesAnAnyOfAnUnknownTypeInWhatAPersonWrote) {
  for (const char* json : {R"({"any": {"@type": ""}})", R"({"any": {"@type": "testing.v1.Child"}})",
                           R"({"any": {"@type": "a/secret.Type"}})"}) {
    EXPECT_EQ(ErrorOf(ReadAllTypes(json, JsonReadOptions::Unknown::kReject)),
              "any.@type: not the URL of a known message type")
        << json;
  }
}

TEST(JsonReaderWellKnown, ReadsWellKnownTypesThatAreTheWholeDocument) {
  google::protobuf::Value value;
  ASSERT_TRUE(
      value.ParseFromString(JsonReader(*google::protobuf::Value::descriptor(), GeneratedTables())
                                .Read("[1]", {})
                                .value()));
  EXPECT_EQ(value.list_value().values(0).number_value(), 1);
  google::protobuf::StringValue text;
  ASSERT_TRUE(text.ParseFromString(
      JsonReader(*google::protobuf::StringValue::descriptor(), GeneratedTables())
          .Read(R"("x")", {})
          .value()));
  EXPECT_EQ(text.value(), "x");
}

}  // namespace
}  // namespace gateway
