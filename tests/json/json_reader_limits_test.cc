// What the JSON reader does with documents that are broken, hostile, or newer than our descriptors.

#include <thread>

#include "tests/json/json_reader_testing.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::v1::AllTypes;
using Unknown = JsonReadOptions::Unknown;

std::string Repeat(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

std::string Nest(std::string_view open, std::string_view middle, std::string_view close,
                 int levels) {
  return Repeat(open, levels) + std::string(middle) + Repeat(close, levels);
}

TEST(JsonReaderLimits, RefusesWhatIsNotJson) {
  ExpectErrors({
      {"", "not JSON: empty"},
      {" \n", "not JSON: empty"},
      {"{", "not JSON"},
      {"{} {}", "not JSON"},
      {"{}x", "not JSON"},
      {"<html>", "not JSON"},
      {"{'a': 1}", "not JSON"},
      {R"({"a": 1,})", "not JSON"},
      {R"({"a": 01})", "not JSON: a number is malformed"},
      {R"({"a": 1.})", "not JSON: a number is malformed"},
      {R"({"a": 0x1})", "not JSON: a number is malformed"},
      {R"({"a": "x)", "not JSON: a string is malformed"},
      {"{\"a\": \"\n\"}", "not JSON: a string is malformed"},
      {R"({"a": "\ud80"})", "not JSON: a string is malformed"},
      {"{\"a\": \"\xff\"}", "not JSON: invalid UTF-8"},
      {"{\"a\": \"\xed\xa0\x80\"}", "not JSON: invalid UTF-8"},
      {"{\"a\": \"\xc0\x80\"}", "not JSON: invalid UTF-8"},
      {"null", "not an object"},
      {"[]", "not an object"},
      {"\"text\"", "not an object"},
  });
}

TEST(JsonReaderLimits, SkipsWhatItDoesNotKnow) {
  ExpectWire({
      {R"({"new": {"a": [1, {"b": null}]}, "singularInt32": 1, "": "x", "@type": 5})",
       "singular_int32: 1"},
      {R"({"singularChild": {"singularInt32": 5}})", "singular_child {}"},
  });
}

TEST(JsonReaderLimits, NamesUnknownMembersWhereTheyAreRefused) {
  const struct {
    const char* json;
    const char* error;
  } cases[] = {
      {R"({"singularChild": {"nmber": 1}})", "singularChild.nmber: unknown field"},
      {R"({"repeatedChild": [{"child": {"x y": 1}}]})", "repeatedChild[0].child: unknown field"},
      {R"({"\u00e9": 1})", "unknown field"},
      {R"({"any": {"@type": "a/testing.v1.Child", "nmber": 1}})", "any.nmber: unknown field"},
      {R"({"any": {"@type": "a/google.protobuf.Duration", "value": "1s", "more": 1}})",
       "any.more: unknown field"},
      {R"({"singularColor": "BLUE"})", "singularColor: not a name of testing.v1.Color"},
      {R"({"repeatedColor": ["RED", "BLUE"]})", "repeatedColor[1]: not a name of testing.v1.Color"},
      {R"({"stringColorMap": {"a": "BLUE"}})", "stringColorMap[0]: not a name of testing.v1.Color"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ErrorOf(ReadAllTypes(c.json, Unknown::kReject)), c.error) << c.json;
  }
  EXPECT_EQ(ErrorOf(ReadAllTypes("{\"" + std::string(65, 'x') + "\": 1}", Unknown::kReject)),
            "unknown field");
}

TEST(JsonReaderLimits, MakesUnknownEnumNamesZeroOrDropsThem) {
  ExpectWire({
      {R"({"singularColor": "BLUE"})", ""},
      {R"({"optionalColor": "BLUE"})", "optional_color: COLOR_UNSPECIFIED"},
      {R"({"choiceColor": "BLUE"})", "choice_color: COLOR_UNSPECIFIED"},
      {R"({"singularColor": "1"})", ""},
      {R"({"repeatedColor": ["BLUE", "RED", "GREEN"]})", "repeated_color: COLOR_RED"},
      {R"({"repeatedColor": ["BLUE"]})", ""},
      {R"({"unpackedColors": ["BLUE", "RED"]})", "unpacked_colors: COLOR_RED"},
      {R"({"stringColorMap": {"a": "BLUE", "b": "RED"}})",
       "string_color_map { key: 'b' value: COLOR_RED }"},
  });
}

TEST(JsonReaderLimits, ReportsEachUnknownEnumNameOnce) {
  std::vector<std::string> reported;
  const JsonReadOptions options{
      .unknown = Unknown::kSkip,
      .on_unknown_enum = [&](const auto& type) { reported.emplace_back(type.full_name()); }};
  const JsonReader reader(*AllTypes::descriptor(), GeneratedTables());
  // The duplicate and the -0 make the reader walk the document three times.
  ASSERT_TRUE(reader
                  .Read(R"({"singularColor": "BLUE", "repeatedColor": ["RED", "GREEN"],
                            "singularInt32": 1, "singularInt32": 2, "singularDouble": -0})",
                        options)
                  .has_value());
  EXPECT_THAT(reported, ElementsAre("testing.v1.Color", "testing.v1.Color"));
}

TEST(JsonReaderLimits, TakesTheLastOfMembersWithEqualNames) {
  ExpectWire({
      {R"({"singularInt32": 1, "singularInt32": 2})", "singular_int32: 2"},
      {R"({"singularInt32": 1, "singular_int32": 0})", ""},
      {R"({"singular_int32": 1, "singularInt32": 2, "singular_int32": 3})", "singular_int32: 3"},
      {R"({"optionalInt32": 1, "optionalInt32": null})", ""},
      {R"({"repeatedInt32": [1, 2], "repeatedInt32": [3]})", "repeated_int32: 3"},
      {R"({"repeatedChild": [{}, {}], "repeatedChild": []})", ""},
      {R"({"stringMap": {"a": "b"}, "stringMap": {"c": "d"}})",
       "string_map { key: 'c' value: 'd' }"},
      {R"({"singularChild": {"number": 1}, "singularChild": {"text": "x"}})",
       "singular_child { text: 'x' }"},
      {R"({"singularChild": {"child": {"text": "x", "text": "y"}, "text": "z", "text": ""}})",
       "singular_child { child { text: 'y' } }"},
      {R"({"choiceUint32": 1, "choiceString": "x", "choiceUint32": null})", "choice_string: 'x'"},
      {R"({"choiceUint32": 1, "choiceUint32": 2})", "choice_uint32: 2"},
      {R"({"singularInt32": "x", "singularInt32": 2})", "singular_int32: 2"},
      {R"({"any": {"@type": "a/no.Type", "number": 1, "@type": "a/testing.v1.Child"}})",
       "any { type_url: 'a/testing.v1.Child' value: '\\010\\001' }"},
  });
  // On the wire the last entry of a key wins.
  AllTypes message;
  ASSERT_TRUE(message.ParseFromString(
      ReadAllTypes(R"({"stringMap": {"a": "1", "a": "2"}, "struct": {"a": 1, "a": "x"},
                       "stringChildMap": {"a": {"number": 1}, "a": {"text": "x"}}})")
          .value()));
  EXPECT_EQ(message.string_map().at("a"), "2");
  EXPECT_EQ(message.struct_().fields().at("a").string_value(), "x");
  EXPECT_EQ(message.string_child_map().at("a").number(), 0);
}

TEST(JsonReaderLimits, RefusesMembersWithEqualNamesWhereThatIsAsked) {
  const struct {
    const char* json;
    const char* error;
  } cases[] = {
      {R"({"singularInt32": 1, "singularInt32": 2})",
       "singularInt32: more than one member of this name"},
      {R"({"singular_int32": 1, "singularInt32": 1})",
       "singularInt32: more than one member of this name"},
      {R"({"repeatedChild": [{}, {"text": null, "text": "x"}]})",
       "repeatedChild[1].text: more than one member of this name"},
      {R"({"singularInt32": 1, "singularInt64": 1, "singularChild": {"number": 1}})", "was read"},
  };
  const JsonReader reader(*AllTypes::descriptor(), GeneratedTables());
  const JsonReadOptions options{.duplicates = JsonReadOptions::Duplicates::kReject,
                                .on_unknown_enum = {}};
  for (const auto& c : cases) EXPECT_EQ(ErrorOf(reader.Read(c.json, options)), c.error) << c.json;
}

TEST(JsonReaderLimits, TakesTimeLinearInDuplicatesWithinDuplicates) {
  const std::string json =
      R"({"singularChild":)" + Nest(R"({"child":)", "{}", R"(,"number":1,"number":2})", 90) + "}";
  const auto read = ReadAllTypes(json);
  ASSERT_TRUE(read.has_value());
  AllTypes message;
  ASSERT_TRUE(message.ParseFromString(*read));
  EXPECT_EQ(message.singular_child().child().number(), 2);
}

TEST(JsonReaderLimits, SkipsNumbersBeyondAllRanges) {
  const std::string digits(400, '9');
  for (const std::string& number :
       {std::string("18446744073709551616"), std::string("-9223372036854775809"),
        std::string("1e400"), std::string("-1e400"), digits, "-" + digits, digits + ".5e9"}) {
    const std::string json = R"({"new": )" + number + R"(, "more": [)" + number +
                             R"(], "singularInt32": 1e0, "singularDouble": 2.5,
                                "singularString": "\\\"18446744073709551616"})";
    AllTypes message;
    const auto read = ReadAllTypes(json);
    ASSERT_TRUE(read.has_value()) << number << read.error().error_message();
    ASSERT_TRUE(message.ParseFromString(*read));
    EXPECT_EQ(message.singular_int32(), 1);
    EXPECT_EQ(message.singular_double(), 2.5);
    EXPECT_EQ(message.singular_string(), "\\\"18446744073709551616");
  }
}

TEST(JsonReaderLimits, ReadsWholeNumbersBeyond64BitsWhereADoubleHoldsThem) {
  ExpectWire({
      {R"({"singularDouble": 18446744073709551616})", "singular_double: 18446744073709551616"},
      {R"({"singularDouble": -9223372036854775809})", "singular_double: -9223372036854775808"},
      {R"({"value": 123456789012345678901234567890})",
       "value { number_value: 123456789012345678901234567890 }"},
      {R"({"singularDouble": "123456789012345678901234567890"})",
       "singular_double: 123456789012345678901234567890"},
  });
}

TEST(JsonReaderLimits, AllowsOneHundredLevelsOfJson) {
  const auto unknown_arrays = [](int levels) {
    return R"({"x":)" + Nest("[", "1", "]", levels) + "}";
  };
  EXPECT_EQ(ReadAllTypes(unknown_arrays(99)).value(), "");
  EXPECT_EQ(ErrorOf(ReadAllTypes(unknown_arrays(100))), "nests deeper than 100 levels of JSON");
  EXPECT_EQ(ErrorOf(ReadAllTypes(unknown_arrays(100000))), "nests deeper than 100 levels of JSON");

  const auto children = [](int levels) {
    return R"({"singularChild":)" + Nest(R"({"child":)", R"({"number": 1})", "}", levels) + "}";
  };
  AllTypes message;
  ASSERT_TRUE(message.ParseFromString(ReadAllTypes(children(98)).value()));
  EXPECT_EQ(ErrorOf(ReadAllTypes(children(99))), "nests deeper than 100 levels of JSON");
}

// A level of Struct is three messages, one of ListValue two; an entry of a map is one too.
TEST(JsonReaderLimits, WritesNothingThatADefaultDecoderRefuses) {
  const struct {
    const char* begin;
    const char* open;
    const char* middle;
    const char* close;
    const char* end;
    int levels;  // the most that fit
  } cases[] = {
      {R"({"struct":)", R"({"a":)", "1", "}", "}", 33},
      {R"({"value":)", R"({"a":)", "1", "}", "}", 33},
      {R"({"listValue":)", "[", "1", "]", "}", 50},
      {R"({"recursive":{"listValue":)", "[", "1", "]", "}}", 49},
      {R"({"structs":[)", R"({"a":[)", "1", "]}", "]}", 20},
      {R"({"recursive":{"stringChildMap":{"a":)", R"({"named":{"a":)", "{}", "}}", "}}}", 48},
  };
  for (const auto& c : cases) {
    const auto document = [&](int levels) {
      return c.begin + Nest(c.open, c.middle, c.close, levels) + c.end;
    };
    const auto fits = ReadAllTypes(document(c.levels));
    ASSERT_TRUE(fits.has_value()) << c.begin << fits.error().error_message();
    EXPECT_TRUE(AllTypes().ParseFromString(*fits)) << c.begin;
    EXPECT_THAT(ErrorOf(ReadAllTypes(document(c.levels + 1))), HasSubstr("nests deeper than"));
  }
}

// An Any holds bytes, which are decoded on their own.
TEST(JsonReaderLimits, CountsMessageLevelsAnewInAny) {
  const std::string any =
      R"({"@type": "a/google.protobuf.Struct", "value":)" + Nest(R"({"a":)", "1", "}", 33) + "}";
  const auto read = ReadAllTypes(R"({"recursive":{"recursive":{"recursive":{"any":)" + any +
                                 "}}}," + R"("structs":[)" + Nest(R"({"a":)", "1", "}", 33) + "]}");
  ASSERT_TRUE(read.has_value()) << read.error().error_message();
  AllTypes message;
  ASSERT_TRUE(message.ParseFromString(*read));
  EXPECT_TRUE(google::protobuf::Struct().ParseFromString(
      message.recursive().recursive().recursive().any().value()));
  EXPECT_THAT(ErrorOf(ReadAllTypes(R"({"any": {"@type": "a/google.protobuf.Any", "value": {"@type":
                  "a/google.protobuf.Struct", "value":)" +
                                   Nest(R"({"a":)", "1", "}", 34) + "}}}")),
              HasSubstr("nests deeper than the 100 message levels"));
}

TEST(JsonReaderLimits, NamesThePlaceOfAnErrorInBoundedSpace) {
  const std::string json =
      R"({"singularChild":)" + Nest(R"({"child":)", R"({"number": "secret"})", "}", 90) + "}";
  const std::string error = ErrorOf(ReadAllTypes(json));
  EXPECT_THAT(error, ::testing::StartsWith("singularChild.child.child."));
  EXPECT_THAT(error, ::testing::EndsWith("...: not a valid int32"));
  EXPECT_LT(error.size(), 320U);
}

TEST(JsonReaderLimits, NeverQuotesAValueOrAKeyOfAMap) {
  for (const char* json :
       {R"({"singularInt32": "secret"})", R"({"singularString": {"secret": "secret"}})",
        R"({"stringMap": {"secret": 5}})", R"({"boolMap": {"secret": true}})",
        R"({"timestamp": "secret"})", R"({"duration": "secret"})", R"({"fieldMask": "secret_"})",
        R"({"singularBytes": "secret!"})", R"({"any": {"@type": "secret"}})",
        R"({"any": {"@type": "secret/secret"}})", R"({"singularDouble": "secret"})",
        R"({"struct": {"secret": 1e999}})", R"({"singularColor": ["secret"]})",
        "{\"a\": secret}"}) {
    EXPECT_THAT(ErrorOf(ReadAllTypes(json)), Not(HasSubstr("secret"))) << json;
  }
}

TEST(JsonReaderLimits, ReadsLargeDocumentsAndSmallOnesAfterThem) {
  std::string json = R"({"repeatedChild": [{"number": 0})";
  for (int i = 1; i < 200000; ++i) json += R"(, {"number": )" + std::to_string(i) + "}";
  json += "]}";
  AllTypes message;
  ASSERT_TRUE(message.ParseFromString(ReadAllTypes(json).value()));
  ASSERT_EQ(message.repeated_child_size(), 200000);
  EXPECT_EQ(message.repeated_child(199999).number(), 199999);
  ExpectWire({{R"({"singularInt32": 1})", "singular_int32: 1"}});
}

// Beyond what a thread keeps: the bytes are finished where they were written.
TEST(JsonReaderLimits, WritesMegabytesAsLibprotobufDoes) {
  const std::string text(1000, 'x');
  std::string json = R"({"repeatedChild": [{"number": 1})";
  AllTypes message;
  message.add_repeated_child()->set_number(1);
  for (int i = 0; i < 3000; ++i) {
    json += R"(, {"child": {"child": {"text": ")" + text + R"("}}}, {})";
    message.add_repeated_child()->mutable_child()->mutable_child()->set_text(text);
    message.add_repeated_child();
  }
  for (int i = 0; i < 2000; ++i) {
    json += R"(, {"text": ")" + text + R"("})";
    message.add_repeated_child()->set_text(text);
  }
  json += "]}";
  EXPECT_TRUE(ReadAllTypes(json).value() == message.SerializeAsString());
  ExpectWire({{R"({"singularInt32": 1})", "singular_int32: 1"}});
}

TEST(JsonReaderLimits, IsReadByManyThreadsAtOnce) {
  const JsonReader reader(*AllTypes::descriptor(), GeneratedTables());
  const std::string json =
      R"({"any": {"@type": "a/testing.v1.AllTypes", "singularInt32": 1}, "stringMap": {"a": "b"}})";
  const std::string expected = reader.Read(json, {}).value();
  std::vector<std::thread> threads;
  std::vector<int> equal(4);
  for (int& count : equal) {
    threads.emplace_back([&] {
      const JsonReader own(*AllTypes::descriptor(), GeneratedTables());
      for (int i = 0; i < 50; ++i) count += reader.Read(json, {}).value() == expected ? 1 : 0;
      count += own.Read(json, {}).value() == expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(equal, ElementsAre(51, 51, 51, 51));
}

}  // namespace
}  // namespace gateway
