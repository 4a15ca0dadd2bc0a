// What the tests of the JSON reader share: documents of AllTypes, and what they should become.
#pragma once

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <string_view>
#include <vector>

#include "gateway/json/json_reader.h"
#include "tests/json/generated_tables.h"
#include "tests/transcoding/all_types.pb.h"

namespace gateway {

inline Result<std::string> ReadAllTypes(
    const std::string& json, JsonReadOptions::Unknown unknown = JsonReadOptions::Unknown::kSkip) {
  static const JsonReader& reader =
      *new JsonReader(*testing::v1::AllTypes::descriptor(), GeneratedTables());
  return reader.Read(json, {.unknown = unknown});
}

inline std::string WireOf(std::string_view text_format) {
  testing::v1::AllTypes message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(std::string(text_format), &message))
      << text_format;
  return message.SerializeAsString();
}

/// The text of an INVALID_ARGUMENT; "was read" if there is no error.
inline std::string ErrorOf(const Result<std::string>& read) {
  if (read.has_value()) return "was read";
  EXPECT_EQ(read.error().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  return read.error().error_message();
}

struct Accepted {
  std::string json;
  std::string message;  // in text format
};

/// Each document has its fields in order of their numbers, so that the bytes are libprotobuf's.
inline void ExpectWire(const std::vector<Accepted>& cases) {
  for (const Accepted& c : cases) {
    const auto read = ReadAllTypes(c.json);
    ASSERT_TRUE(read.has_value()) << c.json << ": " << read.error().error_message();
    EXPECT_EQ(*read, WireOf(c.message)) << c.json;
  }
}

struct Refused {
  std::string json;
  std::string_view error;
};

inline void ExpectErrors(const std::vector<Refused>& cases) {
  for (const Refused& c : cases) EXPECT_EQ(ErrorOf(ReadAllTypes(c.json)), c.error) << c.json;
}

}  // namespace gateway
