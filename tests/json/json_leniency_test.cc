// Every kind of field of AllTypes with every kind of value, right or wrong, read by us and by
// libprotobuf. Where the two differ, kDifferences says so and why.

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "tests/json/json_reader_testing.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using testing::v1::AllTypes;

const char* const kValues[] = {
    // Literals and numbers.
    "null", "true", "false", "0", "1", "-1", "1.0", "1.5", "1e3", "-0", "0.0", "1e-3", "2147483647",
    "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616", "1e19", "1e400", "3.5e38", "3.4028235e38", "1e-400",
    // Numbers in quotes.
    "\"0\"", "\"1\"", "\"-1\"", "\"1.0\"", "\"1.5\"", "\"1e3\"", "\"-0\"", "\" 1\"", "\"1 \"",
    "\"+1\"", "\"01\"", "\"0x1\"", "\"1e\"", "\"1.\"", "\".5\"", "\"2147483648\"", "\"4294967296\"",
    "\"9223372036854775807\"", "\"18446744073709551615\"", "\"18446744073709551616\"", "\"1e400\"",
    "\"NaN\"", "\"nan\"", "\"Infinity\"", "\"-Infinity\"", "\"inf\"",
    // Other strings.
    "\"\"", "\"true\"", "\"false\"", "\"null\"", "\"a\"", "\"YQ==\"", "\"YQ\"", "\"YQ=\"",
    "\"-_A\"", "\"+/A=\"", "\"YR==\"", "\"!\"", "\"COLOR_RED\"", "\"color_red\"", "\"NULL_VALUE\"",
    "\"2024-03-21T16:45:00Z\"", "\"2024-03-21T16:45:00.123456789+05:30\"",
    "\"2024-03-21T16:45:00.1234567891Z\"", "\"2024-03-21t16:45:00z\"", "\"2024-03-21 16:45:00Z\"",
    "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999999999Z\"", "\"0000-01-01T00:00:00Z\"",
    "\"2023-02-29T00:00:00Z\"", "\"2024-03-21T16:45:60Z\"", "\"2024-03-21T24:00:00Z\"",
    "\"2024-03-21T16:45:00\"", "\"1s\"", "\"1.5s\"", "\"-1.5s\"", "\"1.s\"", "\".5s\"", "\"+1s\"",
    "\"1.0000000001s\"", "\"315576000000.9s\"", "\"315576000001s\"", "\"1e3s\"",
    "\"fooBar.bazQux,a\"", "\"foo_bar\"", "\"a,,b\"",
    // Objects and arrays.
    "{}", "[]", "[null]", "[1]", "[\"a\"]", "[{}]", "[[]]", "{\"a\": 1}", "{\"1\": 1}",
    "{\"true\": true}", "{\"a\": \"b\"}", "{\"a\": null}", "{\"a\": {}}", "{\"number\": 1}",
    "{\"value\": 1}", "{\"seconds\": 1}",
    "{\"@type\": \"type.googleapis.com/testing.v1.Child\", \"number\": 1}",
    "{\"number\": 1, \"@type\": \"type.googleapis.com/testing.v1.Child\"}",
    "{\"@type\": \"type.googleapis.com/google.protobuf.Int32Value\", \"value\": 5}",
    "{\"@type\": \"type.googleapis.com/google.protobuf.Value\", \"value\": null}",
    "{\"@type\": \"elsewhere/google.protobuf.Int32Value\", \"value\": 5}"};

enum class ResponseClass { kAgree, kWeAccept, kTheyAccept, kDiffer };

struct Sample {
  const pb::FieldDescriptor& field;
  std::string_view value;
  ResponseClass verdict;

  [[nodiscard]] bool Is(std::initializer_list<std::string_view> values) const {
    return std::find(values.begin(), values.end(), value) != values.end();
  }
  [[nodiscard]] bool IsQuoted() const { return value.starts_with('"'); }
  [[nodiscard]] bool IsObject() const { return value.starts_with('{'); }
  [[nodiscard]] bool IsArray() const { return value.starts_with('['); }
  [[nodiscard]] std::string_view MessageName() const {
    return field.message_type() == nullptr ? std::string_view()
                                           : std::string_view(field.message_type()->name());
  }
  // Of the scalar, also where a wrapper or a map is around it.
  [[nodiscard]] pb::FieldDescriptor::CppType Type() const {
    if (field.is_map()) return field.message_type()->field(1)->cpp_type();
    return MessageName().ends_with("Value") && field.message_type()->field_count() == 1 &&
                   MessageName() != "ListValue"
               ? field.message_type()->field(0)->cpp_type()
               : field.cpp_type();
  }
  [[nodiscard]] bool IsFloating() const {
    return Type() == pb::FieldDescriptor::CPPTYPE_DOUBLE ||
           Type() == pb::FieldDescriptor::CPPTYPE_FLOAT;
  }
  [[nodiscard]] bool IsWhole() const {
    return Type() == pb::FieldDescriptor::CPPTYPE_INT32 ||
           Type() == pb::FieldDescriptor::CPPTYPE_INT64 ||
           Type() == pb::FieldDescriptor::CPPTYPE_UINT32 ||
           Type() == pb::FieldDescriptor::CPPTYPE_UINT64;
  }
};

struct Difference {
  const char* reason;
  ResponseClass verdict;
  bool (*applies)(const Sample&);
};

const Difference kDifferences[] = {
    {"libprotobuf reads numbers in quotes as C does", ResponseClass::kTheyAccept,
     [](const Sample& s) {
       return (s.IsWhole() && s.Is({"\"+1\"", "\"01\""})) ||
              (s.IsFloating() && s.Is({"\"+1\"", "\"01\"", "\"0x1\"", "\"1.\"", "\".5\""}));
     }},
    {"we read whole numbers in quotes that have a fraction or an exponent",
     ResponseClass::kWeAccept,
     [](const Sample& s) { return s.IsWhole() && s.Is({"\"1.0\"", "\"1e3\"", "\"-0\""}); }},
    {"libprotobuf rounds to the least int64", ResponseClass::kTheyAccept,
     [](const Sample& s) { return s.IsWhole() && s.Is({"-9223372036854775809"}); }},
    {"libprotobuf loses the sign of -0", ResponseClass::kDiffer,
     [](const Sample& s) { return s.IsFloating() && s.Is({"-0"}); }},
    {"libprotobuf reads bools in quotes", ResponseClass::kTheyAccept,
     [](const Sample& s) {
       return s.Type() == pb::FieldDescriptor::CPPTYPE_BOOL &&
              s.Is({"\"true\"", "\"false\"", "\"1\"", "\"0\""});
     }},
    {"libprotobuf drops null in repeated fields, and flattens arrays in them",
     ResponseClass::kTheyAccept,
     [](const Sample& s) { return s.field.is_repeated() && (s.Is({"null"}) || s.IsArray()); }},
    {"libprotobuf drops null in maps", ResponseClass::kTheyAccept,
     [](const Sample& s) { return s.field.is_map() && s.value.ends_with(": null}"); }},
    {"libprotobuf takes objects for well-known types that are something else in JSON",
     ResponseClass::kTheyAccept,
     [](const Sample& s) {
       const std::string_view type = s.MessageName();
       const bool is_entry = s.field.is_map() && s.field.message_type()->field(1)->message_type();
       return s.IsObject() && (is_entry || type.ends_with("Value") || type == "Timestamp" ||
                               type == "Duration" || type == "FieldMask");
     }},
    {"libprotobuf 3.21 refuses base64 that does not end in zero bits", ResponseClass::kWeAccept,
     [](const Sample& s) {
       return s.Type() == pb::FieldDescriptor::CPPTYPE_STRING && s.IsQuoted();
     }},
    {"libprotobuf takes 1.s and +1s as durations", ResponseClass::kTheyAccept,
     [](const Sample& s) { return s.MessageName() == "Duration" && s.IsQuoted(); }},
    {"libprotobuf cuts what is below a nanosecond", ResponseClass::kTheyAccept,
     [](const Sample& s) { return s.MessageName() == "Timestamp" && s.IsQuoted(); }},
    {"libprotobuf takes snake_case in field masks", ResponseClass::kTheyAccept,
     [](const Sample& s) {
       return s.MessageName() == "FieldMask" && s.value.find('_') != s.value.npos;
     }},
    {"libprotobuf does not read capitals at the front of a path as _x", ResponseClass::kDiffer,
     [](const Sample& s) { return s.MessageName() == "FieldMask" && s.IsQuoted(); }},
    {"libprotobuf knows only types of type.googleapis.com", ResponseClass::kWeAccept,
     [](const Sample& s) {
       return s.MessageName() == "Any" && s.value.find("elsewhere") != s.value.npos;
     }},
    {"unknown names of an enum: libprotobuf leaves the field unset, in maps it writes 0, and it "
     "reads numbers in quotes",
     ResponseClass::kDiffer,
     [](const Sample& s) {
       return s.Type() == pb::FieldDescriptor::CPPTYPE_ENUM && (s.IsQuoted() || s.IsObject());
     }},
};

ResponseClass Compare(const std::string& json) {
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  AllTypes theirs;
  const bool they_accept = pb::util::JsonStringToMessage(json, &theirs, options).ok();
  const auto wire = ReadAllTypes(json);
  if (wire.has_value() != they_accept) {
    return they_accept ? ResponseClass::kTheyAccept : ResponseClass::kWeAccept;
  }
  if (!they_accept) return ResponseClass::kAgree;
  AllTypes ours;
  EXPECT_TRUE(ours.ParseFromString(*wire)) << json;
  const bool equal = pb::util::MessageDifferencer::Equals(ours, theirs) ||
                     ours.SerializeAsString() == theirs.SerializeAsString();
  return equal ? ResponseClass::kAgree : ResponseClass::kDiffer;
}

// The difference that explains the sample, or null.
const Difference* Explain(const Sample& sample) {
  for (const Difference& difference : kDifferences) {
    if (difference.verdict == sample.verdict && difference.applies(sample)) return &difference;
  }
  return nullptr;
}

TEST(JsonLeniency, IsThatOfLibprotobufExceptWhereAReasonIsGiven) {
  std::set<const Difference*> used;
  for (int i = 0; i < AllTypes::descriptor()->field_count(); ++i) {
    const pb::FieldDescriptor& field = *AllTypes::descriptor()->field(i);
    const bool in_array = field.is_repeated() && !field.is_map();
    for (const std::string value : kValues) {
      const std::string json = "{\"" + std::string(field.json_name()) +
                               "\": " + (in_array ? "[" + value + "]" : value) + "}";
      const Sample sample{field, value, Compare(json)};
      if (sample.verdict == ResponseClass::kAgree) continue;
      const Difference* const difference = Explain(sample);
      EXPECT_NE(difference, nullptr) << json << " verdict " << static_cast<int>(sample.verdict);
      used.insert(difference);
    }
  }
  for (const Difference& difference : kDifferences) {
    EXPECT_TRUE(used.contains(&difference)) << "no longer true: " << difference.reason;
  }
}

}  // namespace
}  // namespace gateway
