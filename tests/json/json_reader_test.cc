#include "gateway/json/json_reader.h"

#include "tests/json/json_reader_testing.h"

namespace gateway {
namespace {

using testing::v1::AllTypes;

TEST(JsonReader, ReadsFloatingNumbers) {
  ExpectWire({
      {R"({"singularDouble": 1.5})", "singular_double: 1.5"},
      {R"({"singularDouble": 3})", "singular_double: 3"},
      {R"({"singularDouble": -3e-2})", "singular_double: -0.03"},
      {R"({"singularDouble": "1.5e3"})", "singular_double: 1500"},
      {R"({"singularDouble": "NaN"})", "singular_double: nan"},
      {R"({"singularDouble": "Infinity"})", "singular_double: inf"},
      {R"({"singularDouble": "-Infinity"})", "singular_double: -inf"},
      {R"({"singularDouble": 1.7976931348623157e308})", "singular_double: 1.7976931348623157e308"},
      {R"({"singularDouble": 18446744073709551615})", "singular_double: 18446744073709551615"},
      {R"({"singularDouble": 1e-999})", ""},
      {R"({"singularDouble": "1e-999"})", ""},
      {R"({"singularFloat": 1.5})", "singular_float: 1.5"},
      {R"({"singularFloat": "-Infinity"})", "singular_float: -inf"},
      {R"({"singularFloat": 3.4028235e38})", "singular_float: 3.4028235e38"},
  });
}

TEST(JsonReader, KeepsTheSignOfZeroInFloatingFields) {
  ExpectWire({
      {R"({"singularDouble": -0})", "singular_double: -0.0"},
      {R"({"singularDouble": "-0"})", "singular_double: -0.0"},
      {R"({"singularDouble": -0.0})", "singular_double: -0.0"},
      {R"({"singularDouble": 0, "singularString": "a -0 b"})", "singular_string: 'a -0 b'"},
      {R"({"repeatedFloat": [0, -0, 1]})", "repeated_float: [0, -0.0, 1]"},
      {R"({"value": -0})", "value { number_value: -0.0 }"},
      {R"({"singularInt32": -0, "singularInt64": "-0", "singularUint32": -0})", ""},
  });
}

TEST(JsonReader, ReadsWholeNumbersBareAndInQuotes) {
  ExpectWire({
      {R"({"singularInt32": -2147483648})", "singular_int32: -2147483648"},
      {R"({"singularInt32": 2147483647})", "singular_int32: 2147483647"},
      {R"({"singularInt32": "-12"})", "singular_int32: -12"},
      {R"({"singularInt32": 1e3})", "singular_int32: 1000"},
      {R"({"singularInt32": 1.0})", "singular_int32: 1"},
      {R"({"singularInt32": "1.0"})", "singular_int32: 1"},
      {R"({"singularInt32": "20e-1"})", "singular_int32: 2"},
      {R"({"singularInt64": -9223372036854775808})", "singular_int64: -9223372036854775808"},
      {R"({"singularInt64": "9223372036854775807"})", "singular_int64: 9223372036854775807"},
      {R"({"singularInt64": -9.223372036854775808e18})", "singular_int64: -9223372036854775808"},
      {R"({"singularUint32": 4294967295})", "singular_uint32: 4294967295"},
      {R"({"singularUint64": 18446744073709551615})", "singular_uint64: 18446744073709551615"},
      {R"({"singularUint64": "18446744073709551615"})", "singular_uint64: 18446744073709551615"},
      {R"({"singularUint64": 1e19})", "singular_uint64: 10000000000000000000"},
      {R"({"singularSint32": -2147483648})", "singular_sint32: -2147483648"},
      {R"({"singularSint64": "-9223372036854775808"})", "singular_sint64: -9223372036854775808"},
      {R"({"singularSint64": 7})", "singular_sint64: 7"},
      {R"({"singularFixed32": 4294967295})", "singular_fixed32: 4294967295"},
      {R"({"singularFixed64": "18446744073709551615"})", "singular_fixed64: 18446744073709551615"},
      {R"({"singularSfixed32": -2147483648})", "singular_sfixed32: -2147483648"},
      {R"({"singularSfixed64": "-9223372036854775808"})",
       "singular_sfixed64: -9223372036854775808"},
      {R"({"largeNumber": 1})", "large_number: 1"},
  });
}

TEST(JsonReader, RefusesNumbersThatTheirFieldCannotHold) {
  const struct {
    std::vector<const char*> fields;
    std::vector<const char*> values;
    const char* type;
  } cases[] = {
      {{"singularInt32", "optionalInt32"},
       {"2147483648", "-2147483649", "1.5",     "1e10",   "\"1.5\"",
        "\"\"",       "\" 1\"",      "\"1 \"",  "\"1a\"", "\"01\"",
        "\"+1\"",     "\"0x1\"",     "\"NaN\"", "true",   "[1]",
        "{}",         "\"1.\"",      "\"1e\"",  "\"-\"",  "123456789012345678901234567890",
        "1e999"},
       "int32"},
      {{"singularSint32"}, {"2147483648", "-2147483649"}, "sint32"},
      {{"singularSfixed32"}, {"2147483648", "-2147483649"}, "sfixed32"},
      {{"singularUint32"}, {"4294967296", "-1", "\"-1\"", "-0.5"}, "uint32"},
      {{"singularFixed32"}, {"4294967296", "-1"}, "fixed32"},
      {{"singularInt64"},
       {"9223372036854775808", "-9223372036854775809", "\"9223372036854775808\"",
        "\"-9223372036854775809\"", "9.3e18", "18446744073709551615"},
       "int64"},
      {{"singularSint64"}, {"9223372036854775808", "-9223372036854775809"}, "sint64"},
      {{"singularSfixed64"}, {"9223372036854775808"}, "sfixed64"},
      {{"singularUint64"},
       {"18446744073709551616", "\"18446744073709551616\"", "-1", "1.9e19"},
       "uint64"},
      {{"singularFixed64"}, {"18446744073709551616", "-1"}, "fixed64"},
      {{"singularDouble"},
       {"1e999", "-1e999", "\"1e999\"", "\"nan\"", "\"inf\"", "\"\"", "\" 1\"", "true", "\"1,5\""},
       "double"},
      {{"singularFloat"}, {"3.5e38", "-3.5e38", "\"1e39\"", "1e999"}, "float"},
      {{"singularBool"}, {"1", "0", "\"true\"", "\"\"", "[]"}, "bool"},
  };
  for (const auto& c : cases) {
    for (const std::string field : c.fields) {
      for (const std::string value : c.values) {
        EXPECT_EQ(ErrorOf(ReadAllTypes("{\"" + field + "\": " + value + "}")),
                  field + ": not a valid " + c.type)
            << value;
      }
    }
  }
}

TEST(JsonReader, ReadsBoolsStringsAndBytes) {
  ExpectWire({
      {R"({"singularBool": true})", "singular_bool: true"},
      {R"({"singularString": "caf\u00e9 \ud83d\ude00 \n\"\\\/"})",
       R"(singular_string: "caf\303\251 \360\237\230\200 \n\"\\/")"},
      {R"({"singularString": "a\u0000b"})", R"(singular_string: "a\000b")"},
      {R"({"singularBytes": "+/A="})", R"(singular_bytes: "\373\360")"},
      {R"({"singularBytes": "-_A="})", R"(singular_bytes: "\373\360")"},
      {R"({"singularBytes": "-_A"})", R"(singular_bytes: "\373\360")"},
      {R"({"singularBytes": "-_"})", R"(singular_bytes: "\373")"},
      {R"({"singularBytes": "YQ=="})", "singular_bytes: 'a'"},
      {R"({"singularBytes": "YR=="})", "singular_bytes: 'a'"},
      {R"({"singularBytes": "YWJj"})", "singular_bytes: 'abc'"},
  });
  ExpectErrors({
      {R"({"singularString": 1})", "singularString: not a string"},
      {R"({"singularString": {}})", "singularString: not a string"},
      {R"({"singularBytes": "Y"})", "singularBytes: not base64"},
      {R"({"singularBytes": "A"})", "singularBytes: not base64"},
      {R"({"singularBytes": "YQ="})", "singularBytes: not base64"},
      {R"({"singularBytes": "YQ==="})", "singularBytes: not base64"},
      {R"({"singularBytes": "Y=Q="})", "singularBytes: not base64"},
      {R"({"singularBytes": "YW J"})", "singularBytes: not base64"},
      {R"({"singularBytes": "===="})", "singularBytes: not base64"},
      {R"({"singularBytes": 5})", "singularBytes: not a string"},
  });
}

TEST(JsonReader, ReadsEnumsByEverySpellingAndByNumber) {
  ExpectWire({
      {R"({"singularColor": "RED"})", "singular_color: COLOR_RED"},
      {R"({"singularColor": "COLOR_RED"})", "singular_color: COLOR_RED"},
      {R"({"singularColor": "dark-red"})", "singular_color: COLOR_DARK_RED"},
      {R"({"singularColor": "NEGATIVE"})", "singular_color: COLOR_NEGATIVE"},
      {R"({"singularColor": 2})", "singular_color: COLOR_DARK_RED"},
      {R"({"singularColor": 77})", "singular_color: 77"},
      {R"({"singularColor": -2147483648})", "singular_color: -2147483648"},
  });
  ExpectErrors({
      {R"({"singularColor": 2147483648})",
       "singularColor: neither a name nor a number of testing.v1.Color"},
      {R"({"singularColor": 1.5})",
       "singularColor: neither a name nor a number of testing.v1.Color"},
      {R"({"singularColor": true})",
       "singularColor: neither a name nor a number of testing.v1.Color"},
  });
}

TEST(JsonReader, WritesZeroOnlyWherePresenceIsExplicit) {
  ExpectWire({
      {R"({"singularDouble": 0, "singularInt32": 0, "singularFixed64": "0", "singularBool": false,
           "singularString": "", "singularBytes": "", "singularColor": "UNSPECIFIED"})",
       ""},
      {R"({"optionalDouble": 0, "optionalFloat": 0.0, "optionalInt32": 0, "optionalFixed64": "0",
           "optionalBool": false, "optionalString": "", "optionalBytes": "",
           "optionalColor": "UNSPECIFIED"})",
       R"(optional_double: 0 optional_float: 0 optional_int32: 0 optional_fixed64: 0
          optional_bool: false optional_string: "" optional_bytes: ""
          optional_color: COLOR_UNSPECIFIED)"},
      {R"({"choiceUint32": 0})", "choice_uint32: 0"},
      {R"({"choiceString": ""})", "choice_string: ''"},
      {R"({"singularChild": {}})", "singular_child {}"},
  });
}

TEST(JsonReader, TreatsNullAsUnset) {
  ExpectWire({
      {R"({"singularInt32": null, "optionalString": null, "singularChild": null,
           "repeatedInt32": null, "repeatedChild": null, "stringMap": null, "timestamp": null,
           "struct": null, "listValue": null, "int32Value": null, "any": null, "fieldMask": null,
           "choiceUint32": null})",
       ""},
      {R"({"choiceUint32": null, "choiceString": "x"})", "choice_string: 'x'"},
  });
}

TEST(JsonReader, RefusesNullInsideRepeatedFieldsAndMaps) {
  ExpectErrors({
      {R"({"repeatedInt32": [1, null]})", "repeatedInt32[1]: not a valid int32"},
      {R"({"repeatedString": [null]})", "repeatedString[0]: not a string"},
      {R"({"repeatedColor": [null]})",
       "repeatedColor[0]: neither a name nor a number of testing.v1.Color"},
      {R"({"repeatedChild": [{}, null]})", "repeatedChild[1]: not an object"},
      {R"({"timestamps": [null]})", "timestamps[0]: not a string"},
      {R"({"int64Values": [null]})", "int64Values[0]: not a valid int64"},
      {R"({"structs": [null]})", "structs[0]: not an object"},
      {R"({"stringMap": {"a": null}})", "stringMap[0]: not a string"},
      {R"({"stringChildMap": {"a": {}, "b": null}})", "stringChildMap[1]: not an object"},
  });
}

TEST(JsonReader, ReadsRepeatedFieldsPackedWhereTheyArePacked) {
  ExpectWire({
      {R"({"repeatedDouble": [1, -0.5, "NaN"]})", "repeated_double: [1, -0.5, nan]"},
      {R"({"repeatedFloat": [1, 0]})", "repeated_float: [1, 0]"},
      {R"({"repeatedInt32": [0, -1, "5"]})", "repeated_int32: [0, -1, 5]"},
      {R"({"repeatedSint64": [-1, 1]})", "repeated_sint64: [-1, 1]"},
      {R"({"repeatedFixed32": [1]})", "repeated_fixed32: [1]"},
      {R"({"repeatedSfixed64": [-1]})", "repeated_sfixed64: [-1]"},
      {R"({"repeatedBool": [true, false]})", "repeated_bool: [true, false]"},
      {R"({"repeatedString": ["", "a"]})", "repeated_string: ['', 'a']"},
      {R"({"repeatedBytes": ["", "YQ=="]})", "repeated_bytes: ['', 'a']"},
      {R"({"repeatedColor": ["RED", 0, 5]})", "repeated_color: [COLOR_RED, COLOR_UNSPECIFIED, 5]"},
      {R"({"repeatedChild": [{}, {"number": 1}]})", "repeated_child: [{}, {number: 1}]"},
      {R"({"repeatedInt32": [], "repeatedString": [], "repeatedChild": []})", ""},
      {R"({"unpacked": [0, 1]})", "unpacked: [0, 1]"},
  });
  ExpectErrors({
      {R"({"repeatedInt32": 1})", "repeatedInt32: not an array"},
      {R"({"repeatedChild": {}})", "repeatedChild: not an array"},
      {R"({"repeatedInt32": [[1]]})", "repeatedInt32[0]: not a valid int32"},
      {R"({"repeatedChild": [{"children": [{}, {"number": "x"}]}]})",
       "repeatedChild[0].children[1].number: not a valid int32"},
  });
}

TEST(JsonReader, ReadsMapsWithEveryKindOfKey) {
  ExpectWire({
      {R"({"int32Map": {"-1": 0}})", "int32_map { key: -1 value: 0 }"},
      {R"({"int64Map": {"-9223372036854775808": "1"}})",
       "int64_map { key: -9223372036854775808 value: 1 }"},
      {R"({"uint32Map": {"4294967295": 1}})", "uint32_map { key: 4294967295 value: 1 }"},
      {R"({"uint64Map": {"18446744073709551615": 1}})",
       "uint64_map { key: 18446744073709551615 value: 1 }"},
      {R"({"sint32Map": {"-1": -1}})", "sint32_map { key: -1 value: -1 }"},
      {R"({"sint64Map": {"-1": -1}})", "sint64_map { key: -1 value: -1 }"},
      {R"({"fixed32Map": {"1": 2}})", "fixed32_map { key: 1 value: 2 }"},
      {R"({"fixed64Map": {"1": 2}})", "fixed64_map { key: 1 value: 2 }"},
      {R"({"sfixed32Map": {"-1": 2}})", "sfixed32_map { key: -1 value: 2 }"},
      {R"({"sfixed64Map": {"-1": 2}})", "sfixed64_map { key: -1 value: 2 }"},
      {R"({"boolMap": {"true": false}})", "bool_map { key: true value: false }"},
      {R"({"stringMap": {"": ""}})", "string_map { key: '' value: '' }"},
      {R"({"stringDoubleMap": {"a": "NaN"}})", "string_double_map { key: 'a' value: nan }"},
      {R"({"stringBytesMap": {"a": "YQ"}})", "string_bytes_map { key: 'a' value: 'a' }"},
      {R"({"stringColorMap": {"a": "RED"}})", "string_color_map { key: 'a' value: COLOR_RED }"},
      {R"({"stringChildMap": {"a": {"number": 1}}})",
       "string_child_map { key: 'a' value { number: 1 } }"},
      {R"({"stringTimestampMap": {"a": "1970-01-01T00:00:01Z"}})",
       "string_timestamp_map { key: 'a' value { seconds: 1 } }"},
      {R"({"stringValueMap": {"a": null}})",
       "string_value_map { key: 'a' value { null_value: NULL_VALUE } }"},
      {R"({"stringInt64ValueMap": {"a": "5"}})",
       "string_int64_value_map { key: 'a' value { value: 5 } }"},
      {R"({"stringMap": {}})", ""},
  });
  ExpectErrors({
      {R"({"boolMap": {"1": true}})", "boolMap[0]: key is not a valid bool"},
      {R"({"int32Map": {"1": 1, "x": 1}})", "int32Map[1]: key is not a valid int32"},
      {R"({"uint32Map": {"-1": 1}})", "uint32Map[0]: key is not a valid uint32"},
      {R"({"int32Map": {"1": "x"}})", "int32Map[0]: not a valid int32"},
      {R"({"stringMap": []})", "stringMap: not an object"},
  });
}

TEST(JsonReader, TakesJsonNamesAndProtoNames) {
  ExpectWire({
      {R"({"singular_int32": 1})", "singular_int32: 1"},
      {R"({"another-name": "x"})", "renamed: 'x'"},
      {R"({"renamed": "x"})", "renamed: 'x'"},
      {R"({"OddName1": 1})", "_odd__Name1: 1"},
      {R"({"_odd__Name1": 1})", "_odd__Name1: 1"},
  });
}

TEST(JsonReader, RefusesTwoMembersOfOneOneof) {
  ExpectErrors({
      {R"({"choiceUint32": 1, "choiceString": "x"})",
       "choiceString: more than one member of oneof testing.v1.AllTypes.choice"},
      {R"({"choiceChild": {}, "choiceValue": null})",
       "choiceValue: more than one member of oneof testing.v1.AllTypes.choice"},
      {R"({"choiceBool": false, "choiceNullValue": null})",
       "choiceNullValue: more than one member of oneof testing.v1.AllTypes.choice"},
  });
}

TEST(JsonReader, ReadsMessagesInOneAnother) {
  const std::string text(200, 'x');
  EXPECT_EQ(ReadAllTypes(R"({"singularChild": {"text": ")" + text + R"(", "child": {"text": ")" +
                         text + R"(", "children": [{"number": 1}, {}]}}})")
                .value(),
            WireOf("singular_child { text: '" + text + "' child { text: '" + text +
                   "' children { number: 1 } children {} } }"));
}

TEST(JsonReader, ReadsTheValueOfOneFieldAlone) {
  const struct {
    const char* field;
    const char* json;
    const char* message;
  } cases[] = {
      {"singular_int32", "5", "singular_int32: 5"},
      {"singular_int32", "null", ""},
      {"singular_color", R"("RED")", "singular_color: COLOR_RED"},
      {"repeated_string", R"(["a", "b"])", "repeated_string: ['a', 'b']"},
      {"repeated_child", R"([{"number": 1}])", "repeated_child { number: 1 }"},
      {"string_map", R"({"a": "b"})", "string_map { key: 'a' value: 'b' }"},
      {"singular_child", R"({"number": 1})", "singular_child { number: 1 }"},
      {"timestamp", R"("1970-01-01T00:00:01Z")", "timestamp { seconds: 1 }"},
      {"struct", R"({"a": 1})", "struct { fields { key: 'a' value { number_value: 1 } } }"},
      {"value", "null", "value { null_value: NULL_VALUE }"},
      {"choice_null_value", "null", "choice_null_value: NULL_VALUE"},
  };
  for (const auto& c : cases) {
    const JsonReader reader(*AllTypes::descriptor()->FindFieldByName(c.field), GeneratedTables());
    const auto read = reader.Read(c.json, {});
    ASSERT_TRUE(read.has_value()) << c.field << read.error().error_message();
    EXPECT_EQ(*read, WireOf(c.message)) << c.field;
  }
  const JsonReader reader(*AllTypes::descriptor()->FindFieldByName("repeated_child"),
                          GeneratedTables());
  EXPECT_EQ(ErrorOf(reader.Read(R"([{}, {"number": "x"}])", {})),
            "repeatedChild[1].number: not a valid int32");
}

TEST(JsonReader, FreesALongTextOnTheWay) {
  const JsonReader reader(*AllTypes::descriptor(), GeneratedTables());
  const std::string text(std::size_t{4} << 20, 'x');
  std::string json = R"({"singularString": ")" + text + R"(", "singularDouble": -0})";
  const auto with_negative_zero = reader.ReadAndFree(json, {});
  EXPECT_GT(json.size(), text.size());  // Was needed to the end.
  json.replace(json.find("-0"), 2, "0");
  const auto read = reader.Read(json, {});
  EXPECT_EQ(reader.ReadAndFree(json, {}).value(), read.value());
  EXPECT_LT(json.capacity(), text.size());
  EXPECT_EQ(
      with_negative_zero.value(),
      reader.Read(R"({"singularString": ")" + text + R"(", "singularDouble": -0.0})", {}).value());
}

}  // namespace
}  // namespace gateway
