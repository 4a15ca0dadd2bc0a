#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include "gateway/json/field_value.h"
#include "tests/json/generated_tables.h"
#include "tests/transcoding/all_types.pb.h"

namespace gateway {
namespace {

using testing::v1::AllTypes;

std::string Written(const char* message, const char* field, int index = -1) {
  AllTypes parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(message, &parsed)) << message;
  const auto text = WritePlainText(parsed, *AllTypes::descriptor()->FindFieldByName(field),
                                   GeneratedTables(), index);
  return text.has_value() ? *text : "error: " + text.error().ToStatus().error_message();
}

TEST(PlainText, IsJsonWithoutQuotes) {
  const struct {
    const char* message;
    const char* field;
    const char* text;
  } cases[] = {
      {"singular_double: 1.5", "singular_double", "1.5"},
      {"singular_double: nan", "singular_double", "NaN"},
      {"singular_float: 0.1", "singular_float", "0.1"},
      {"", "singular_int32", "0"},
      {"singular_int64: -5", "singular_int64", "-5"},
      {"singular_uint64: 18446744073709551615", "singular_uint64", "18446744073709551615"},
      {"", "singular_bool", "false"},
      {"singular_bool: true", "singular_bool", "true"},
      {"singular_string: 'a \"b'", "singular_string", "a \"b"},
      {R"(singular_bytes: "\373\360")", "singular_bytes", "-_A"},
      {"singular_color: 2", "singular_color", "dark-red"},
      {"singular_color: 77", "singular_color", "77"},
      {"timestamp { seconds: 1 }", "timestamp", "1970-01-01T00:00:01Z"},
      {"duration { seconds: 1 }", "duration", "1s"},
      {"field_mask { paths: 'a_b' paths: 'c' }", "field_mask", "aB,c"},
      {"int64_value { value: 5 }", "int64_value", "5"},
      {"bytes_value { value: 'ab\\377' }", "bytes_value", "YWL_"},
      {"string_value { value: 'x' }", "string_value", "x"},
  };
  for (const auto& c : cases) EXPECT_EQ(Written(c.message, c.field), c.text) << c.field;
}

TEST(PlainText, IsThatOfOneElement) {
  EXPECT_EQ(Written("repeated_string: ['a', 'b']", "repeated_string", 1), "b");
  EXPECT_EQ(Written("repeated_color: [1, 2]", "repeated_color", 0), "RED");
  EXPECT_EQ(Written("durations {} durations { seconds: 5 }", "durations", 1), "5s");
}

TEST(PlainText, OfAValueOutOfRangeIsRefused) {
  EXPECT_EQ(Written("timestamp { nanos: -1 }", "timestamp"),
            "error: timestamp: a time out of range");
  EXPECT_EQ(Written("durations { seconds: 1 nanos: -1 }", "durations", 0),
            "error: durations[0]: a duration out of range");
  EXPECT_EQ(Written("", "singular_child"), "error: singularChild: has no plain text");
  AllTypes message;
  message.set_singular_string("\xff");
  EXPECT_EQ(WritePlainText(message, *AllTypes::descriptor()->FindFieldByName("singular_string"),
                           GeneratedTables())
                .error()
                .ToStatus()
                .error_message(),
            "singularString: invalid UTF-8");
}

TEST(PlainText, ExistsForWhatIsAStringANumberOrABoolInJson) {
  for (const char* field : {"singular_double", "singular_bytes", "singular_color", "timestamp",
                            "duration", "field_mask", "int32_value", "repeated_string",
                            "repeated_color", "durations", "string_values", "choice_bool"}) {
    EXPECT_TRUE(HasPlainText(*AllTypes::descriptor()->FindFieldByName(field))) << field;
  }
  for (const char* field : {"singular_child", "repeated_child", "string_map", "struct", "value",
                            "list_value", "any", "empty", "values"}) {
    EXPECT_FALSE(HasPlainText(*AllTypes::descriptor()->FindFieldByName(field))) << field;
  }
}

}  // namespace
}  // namespace gateway
