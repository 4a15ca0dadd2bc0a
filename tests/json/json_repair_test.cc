// Documents that ProtoJSON takes, or that an upstream is forgiven, and that simdjson refuses or
// reads inexactly.
#include "gateway/json/json_repair.h"

#include <cmath>

#include "tests/json/json_reader_testing.h"
#include "tests/support/short_text.h"

namespace gateway {
namespace {

using testing::v1::AllTypes;

JsonReader Reader() { return {*AllTypes::descriptor(), GeneratedTables()}; }

AllTypes Read(const std::string& json) {
  const auto wire = ReadAllTypes(json);
  AllTypes message;
  EXPECT_TRUE(wire.has_value()) << json << ": " << wire.error().error_message();
  EXPECT_TRUE(wire.has_value() && message.ParseFromString(*wire)) << json;
  return message;
}

struct Replaced {
  const char* escaped;
  const char* read;
};
const Replaced kLoneSurrogates[] = {
    {R"(Rechnung \ud83d)", "Rechnung \uFFFD"},
    {R"(\ude00)", "\uFFFD"},
    {R"(\uD83D.pdf)", "\uFFFD.pdf"},
    {R"(\ude00\ud83d)", "\uFFFD\uFFFD"},
    {R"(\ud83d\u0041)", "\uFFFDA"},
    {R"(\ud83d\ud83d\ude00)", "\uFFFD\U0001F600"},
    {R"(\ud83d\ude00\ude00)", "\U0001F600\uFFFD"},
    {R"(\ud83d\n\ude00)", "\uFFFD\n\uFFFD"},
    {R"(\\ud83d \ud83d)", "\\ud83d \uFFFD"},
    {R"(\\\ud83d\")", "\\\uFFFD\""},
};

TEST(LoneSurrogates, Row6_AreReplacedInFieldsThatAreRead) {
  for (const auto& [escaped, read] : kLoneSurrogates) {
    const std::string text = '"' + std::string(escaped) + '"';
    EXPECT_EQ(Read(R"({"singularString":)" + text + "}").singular_string(), read) << escaped;
    EXPECT_EQ(Read(R"({"stringMap":{"k":)" + text + "}}").string_map().at("k"), read) << escaped;
    EXPECT_EQ(Read(R"({"stringMap":{)" + text + R"(:"v"}})").string_map().at(read), "v");
    const AllTypes structs = Read(R"({"struct":{)" + text + ":[" + text + "]}}");
    EXPECT_EQ(structs.struct_().fields().at(read).list_value().values(0).string_value(), read);
    EXPECT_EQ(Read(R"({"value":)" + text + "}").value().string_value(), read);
    EXPECT_EQ(Read(R"({"stringValue":)" + text + "}").string_value().value(), read);
    EXPECT_EQ(Read(R"({"repeatedChild":[{},{"text":)" + text + "}]}").repeated_child(1).text(),
              read);
  }
}

TEST(LoneSurrogates, Row6_ChangeNothingWhereNobodyReadsThem) {
  for (const auto& [escaped, read] : kLoneSurrogates) {
    const std::string text = '"' + std::string(escaped) + '"';
    for (const std::string& json :
         {R"({"singularString":"\ud83d\ude00","new":)" + text + "}",
          R"({"new":{"a":[)" + text + R"(]},"singularString":"\ud83d\ude00"})",
          "{" + text + R"(:1,"singularString":"\ud83d\ude00"})",
          R"({"singularChild":{)" + text + R"(:{}},"singularString":"\ud83d\ude00"})"}) {
      const AllTypes message = Read(json);
      EXPECT_EQ(message.singular_string(), "\U0001F600") << json;
    }
  }
}

TEST(LoneSurrogates, Row6_AreErrorsInWhatAPersonWrote) {
  for (const auto& [escaped, read] : kLoneSurrogates) {
    for (const std::string& json : {R"({"singularString":")" + std::string(escaped) + "\"}",
                                    R"({"singularString":")" + std::string(escaped) +
                                        R"(","new":)"
                                        "18446744073709551616}"}) {
      EXPECT_EQ(ErrorOf(Reader().Read(json, JsonReadOptions::Strict())),
                "not JSON: a string is malformed")
          << json;
    }
  }
}

TEST(LoneSurrogates, Row6_ForgiveNoOtherEscape) {
  for (const char* text : {R"(\ud83)", R"(\ud83g \ud83d)", R"(\x \ud83d)", R"(\u)", R"(\ud83d\)"}) {
    EXPECT_EQ(ErrorOf(ReadAllTypes(R"({"new":")" + std::string(text) + "\"}")).substr(0, 8),
              "not JSON")
        << text;
  }
  EXPECT_EQ(ErrorOf(ReadAllTypes("{\"new\":\"\xed\xa0\xbd\"}")), "not JSON: invalid UTF-8");
}

TEST(LoneSurrogates, Row6_MayStandBesideNumbersThatAreRewritten) {
  const AllTypes message = Read(
      R"({"singularString":"\ud83d","new":18446744073709551616,"singularDouble":-0,"more":1e999})");
  EXPECT_EQ(message.singular_string(), "\uFFFD");
  EXPECT_TRUE(std::signbit(message.singular_double()));
}

TEST(RewrittenNumbers, Row14_AreExactBesideOneAnother) {
  const double max = std::numeric_limits<double>::max();
  const std::string others = R"("singularFloat":-0,"new":[1e999,-1e999,18446744073709551616],)";
  const struct {
    const char* number;
    double read;
  } cases[] = {
      {"1.7976931348623157e308", max},
      {"-1.7976931348623157e308", -max},
      {"17976931348623157e292", max},
      {"1.7976931348623155e308", std::nextafter(max, 0)},
      {"1.79769e308", 1.79769e308},
      {"-9223372036854775808.0", -9223372036854775808.0},
      {"-9223372036854775809", -9223372036854775808.0},
      {"18446744073709551616", 18446744073709551616.0},
      {"0.1", 0.1},
      {"5e-324", 5e-324},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Read("{" + others + R"("singularDouble":)" + c.number + "}").singular_double(),
              c.read)
        << c.number;
    EXPECT_EQ(Read("{" + others + R"("value":)" + c.number + "}").value().number_value(), c.read)
        << c.number;
  }
  EXPECT_EQ(Read("{" + others + R"("singularInt64":-9223372036854775808.0})").singular_int64(),
            std::numeric_limits<std::int64_t>::min());
  for (const char* number : {"1e999", "-1e999", "1.7976931348623159e308"}) {
    EXPECT_EQ(ErrorOf(ReadAllTypes("{" + others + R"("singularDouble":)" + number + "}")),
              "singularDouble: not a valid double");
    EXPECT_EQ(ErrorOf(ReadAllTypes("{" + others + R"("struct":{"a":)" + number + "}}")),
              "struct[0]: beyond the range of double");
  }
  EXPECT_EQ(ErrorOf(ReadAllTypes("{" + others + R"("singularInt64":-9223372036854775809})")),
            "singularInt64: not a valid int64");
}

TEST(JsonReaderLeniency, Row14_TakesLineBreaksInBase64) {
  const struct {
    const char* text;
    const char* bytes;
  } cases[] = {
      {R"(aGVs\r\nbG8=)", "hello"},    {R"(aGVsbG8=\r\n)", "hello"},
      {R"(\naGVsbG8\n)", "hello"},     {R"(a\nG\nV\nsbG8=\n\n)", "hello"},
      {R"(aGVsbG8\n=)", "hello"},      {R"(-_\r\n8=)", "\xfb\xff"},
      {R"(+/\r\n8=\r\n)", "\xfb\xff"}, {R"(\r\n)", ""},
  };
  for (const auto& c : cases) {
    const std::string json = R"({"singularBytes":")" + std::string(c.text) + "\"}";
    EXPECT_EQ(Read(json).singular_bytes(), c.bytes) << json;
  }
  for (const char* text : {R"(aGVs\r\nbG8=\r\n!)", R"(aGVs bG8=)", R"(\r\na)", R"(aGVsbG8=\n=)"}) {
    EXPECT_EQ(ErrorOf(ReadAllTypes(R"({"singularBytes":")" + std::string(text) + "\"}")),
              "singularBytes: not base64");
  }
}

TEST(JsonReaderLeniency, Row14_SkipsAByteOrderMark) {
  const std::string mark = "\xEF\xBB\xBF";
  EXPECT_EQ(Read(mark + R"({"singularInt32":5})").singular_int32(), 5);
  EXPECT_EQ(Read(mark + R"( {"singularString":"\ud83d"})").singular_string(), "\uFFFD");
  EXPECT_TRUE(std::signbit(Read(mark + R"({"singularDouble":-0})").singular_double()));
  EXPECT_EQ(ErrorOf(ReadAllTypes(mark)), "not JSON: empty");
  EXPECT_NE(ErrorOf(ReadAllTypes(mark + mark + "{}")), "was read");
}

TEST(JsonReaderLeniency, Row14_DropsAndCountsAnysOfUnknownTypes) {
  const std::string unknown = R"({"@type":"type.googleapis.com/no.Type","x":{"@type":"y"}})";
  const struct {
    std::string json;
    const char* message;
    int dropped;
  } cases[] = {
      {R"({"singularInt32":1,"any":)" + unknown + "}", "singular_int32: 1", 1},
      {R"({"anys":[)" + unknown + R"(,{"@type":"a/testing.v1.Child","number":5},)" + unknown + "]}",
       "anys { type_url: 'a/testing.v1.Child' value: '\\010\\005' }", 2},
      {R"({"any":{"@type":"a/google.protobuf.Any","value":)" + unknown + "}}",
       "any { type_url: 'a/google.protobuf.Any' }", 1},
      {R"({"anyMap":{"a":)" + unknown + R"(,"b":{"@type":"a/testing.v1.Child"}}})",
       "any_map { key: 'b' value { type_url: 'a/testing.v1.Child' } }", 1},
      {R"({"any":{"@type":"no.slash"}})", "", 1},
      {R"({"any":{"@type":""}})", "", 1},
      {R"({"any":)" + unknown + R"(,"any":null})", "", 0},
      {R"({"new":)" + unknown + "}", "", 0},
  };
  for (const auto& c : cases) {
    int dropped = 0;
    const auto wire = Reader().Read(c.json, {.on_unknown_any = [&] { ++dropped; }});
    ASSERT_TRUE(wire.has_value()) << c.json << wire.error().error_message();
    AllTypes message;
    ASSERT_TRUE(message.ParseFromString(*wire));
    AllTypes expected;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(c.message, &expected)) << c.message;
    EXPECT_EQ(ShortText(message), ShortText(expected)) << c.json;
    EXPECT_EQ(dropped, c.dropped) << c.json;
    if (c.dropped == 0) continue;
    EXPECT_TRUE(ErrorOf(Reader().Read(c.json, JsonReadOptions::Strict()))
                    .ends_with("@type: not the URL of a known message type"));
  }
}

TEST(JsonReaderLeniency, Row14_KnowsTheTypesOfGoogleRpcThoughTheSetLacksThem) {
  google::protobuf::DescriptorPool pool;
  google::protobuf::FileDescriptorProto any;
  google::protobuf::Any::descriptor()->file()->CopyTo(&any);
  const JsonTables tables(pool);
  const JsonReader reader(*pool.BuildFile(any)->message_type(0), tables);
  for (const char* json :
       {R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","metadata":{"a":"b"}})",
        R"({"@type":"type.googleapis.com/google.rpc.Status","code":5,"details":[{"@type":
            "type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}]})",
        R"({"@type":"x/google.rpc.BadRequest.FieldViolation","field":"f"})"}) {
    int dropped = 0;
    const auto wire = reader.Read(json, {.on_unknown_any = [&] { ++dropped; }});
    ASSERT_TRUE(wire.has_value()) << json << wire.error().error_message();
    google::protobuf::Any read;
    EXPECT_TRUE(read.ParseFromString(*wire));
    EXPECT_FALSE(read.value().empty()) << json;
    EXPECT_EQ(dropped, 0) << json;
  }
}

TEST(JsonReaderLeniency, Row14_DropsUnknownEnumsOfRepeatedFieldsAndMapsAndTakesTheLastDuplicate) {
  int unknown = 0;
  const auto wire = Reader().Read(
      R"({"repeatedColor":["RED","NEW","RED"],"stringColorMap":{"a":"NEW","b":"RED"},"singularInt32":1,
          "singularColor":null,"singularInt32":2})",
      {.on_unknown_enum = [&](const auto&) { ++unknown; }});
  ASSERT_TRUE(wire.has_value()) << wire.error().error_message();
  AllTypes message;
  ASSERT_TRUE(message.ParseFromString(*wire));
  EXPECT_EQ(message.repeated_color_size(), 2);
  EXPECT_EQ(message.string_color_map().size(), 1U);
  EXPECT_EQ(message.singular_int32(), 2);
  EXPECT_EQ(unknown, 2);
}

}  // namespace
}  // namespace gateway
