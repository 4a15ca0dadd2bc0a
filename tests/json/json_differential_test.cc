// The JSON reader and writer against libprotobuf's, which is a second implementation of ProtoJSON.
// Where the two differ on single values stands in
// json_leniency_test.cc.

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/field_comparator.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <functional>
#include <tuple>

#include "gateway/json/json_writer.h"
#include "tests/json/json_reader_testing.h"
#include "tests/json/random_message.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using testing::v1::AllTypes;

constexpr int kMessages = 2000;
constexpr int kDepth = 3;

// Bytes compare what MessageDifferencer does not: NaN with NaN, 0 with -0.
std::string Canonical(const pb::Message& message) {
  std::string bytes;
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  std::ignore = message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

std::optional<AllTypes> OursReads(const std::string& json) {
  // Unknown names of enums are errors, as they are to libprotobuf in some places only.
  const auto wire = ReadAllTypes(json, JsonReadOptions::Unknown::kReject);
  AllTypes message;
  if (!wire.has_value()) return std::nullopt;
  EXPECT_TRUE(message.ParseFromString(*wire)) << json;
  return message;
}

std::optional<AllTypes> TheirsReads(const std::string& json) {
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  AllTypes message;
  if (!pb::util::JsonStringToMessage(json, &message, options).ok()) return std::nullopt;
  return message;
}

std::string TheirsWrites(const AllTypes& message) {
  std::string json;
  EXPECT_TRUE(pb::util::MessageToJsonString(message, &json).ok()) << message.DebugString();
  return json;
}

TEST(JsonDifferential, ReadsWhatLibprotobufWrites) {
  RandomMessage random(1, {0, 1, 2, 3, -1, 77});
  for (int i = 0; i < kMessages; ++i) {
    AllTypes message;
    random.Fill(&message, kDepth);
    const std::string json = TheirsWrites(message);
    const auto read = ReadAllTypes(json);
    ASSERT_TRUE(read.has_value()) << read.error().error_message() << "\n" << json;
    AllTypes parsed;
    ASSERT_TRUE(parsed.ParseFromString(*read)) << json;
    ASSERT_EQ(Canonical(parsed), Canonical(message)) << json;
  }
}

TEST(JsonDifferential, WritesWhatLibprotobufReads) {
  // Only numbers whose names libprotobuf spells as we do.
  RandomMessage random(2, {3, 77});
  for (int i = 0; i < kMessages; ++i) {
    AllTypes message;
    random.Fill(&message, kDepth);
    const auto json = WriteJson(message, GeneratedTables());
    ASSERT_TRUE(json.has_value()) << json.error().ToStatus().error_message()
                                  << message.DebugString();
    const auto parsed = TheirsReads(*json);
    ASSERT_TRUE(parsed.has_value()) << *json;
    ASSERT_EQ(Canonical(*parsed), Canonical(message)) << *json;
  }
}

TEST(JsonDifferential, ReadsWhatItWrites) {
  RandomMessage random(3, {0, 1, 2, 3, -1, 77});
  for (int i = 0; i < kMessages; ++i) {
    AllTypes message;
    random.Fill(&message, kDepth);
    const auto json = WriteJson(message, GeneratedTables());
    ASSERT_TRUE(json.has_value()) << json.error().ToStatus().error_message()
                                  << message.DebugString();
    const auto parsed = OursReads(*json);
    ASSERT_TRUE(parsed.has_value()) << *json;
    ASSERT_EQ(Canonical(*parsed), Canonical(message)) << *json;
  }
}

// Begin and size of each string, number and literal of a document, names of members included.
std::vector<std::pair<std::size_t, std::size_t>> Tokens(const std::string& json) {
  std::vector<std::pair<std::size_t, std::size_t>> tokens;
  for (std::size_t i = 0; i < json.size();) {
    std::size_t end = i + 1;
    if (json[i] == '"') {
      while (json[end] != '"') end += json[end] == '\\' ? 2 : 1;
      ++end;
    } else if (std::string_view("{}[]:,").find(json[i]) == std::string_view::npos) {
      end = std::min(json.find_first_of("{}[]:,", i), json.size());
    } else {
      ++i;
      continue;
    }
    tokens.emplace_back(i, end - i);
    i = end;
  }
  return tokens;
}

// The document with one token of it in the place of a value.
std::string Mutate(const std::string& json, RandomMessage* random) {
  const auto tokens = Tokens(json);
  auto values = tokens;
  std::erase_if(values, [&](const auto& t) { return json[t.first + t.second] == ':'; });
  if (values.empty()) return json;
  const auto [from, from_size] = tokens[random->Below(tokens.size())];
  const auto [to, to_size] = values[random->Below(values.size())];
  return json.substr(0, to) + json.substr(from, from_size) + json.substr(to + to_size);
}

TEST(JsonDifferential, ReadsTheSameFromDocumentsThatBothAccept) {
  RandomMessage random(4, {1, 3, 77});
  pb::util::DefaultFieldComparator comparator;
  comparator.set_treat_nan_as_equal(true);
  pb::util::MessageDifferencer differencer;
  differencer.set_field_comparator(&comparator);
  // The two differ on paths that begin with a capital (json_leniency_test.cc).
  differencer.IgnoreField(pb::FieldMask::descriptor()->FindFieldByName("paths"));
  int accepted = 0;
  for (int i = 0; i < kMessages; ++i) {
    AllTypes message;
    random.Fill(&message, kDepth);
    const std::string whole = TheirsWrites(message);
    if (whole == "{}") continue;
    const std::string json = Mutate(whole, &random);
    const auto ours = OursReads(json);
    const auto theirs = TheirsReads(json);
    if (!ours || !theirs) continue;
    ++accepted;
    // Not by bytes: libprotobuf writes zeros in the content of an Any.
    EXPECT_TRUE(differencer.Compare(*ours, *theirs)) << json << "\nfrom " << whole;
  }
  EXPECT_GT(accepted, kMessages / 4);
}

}  // namespace
}  // namespace gateway
