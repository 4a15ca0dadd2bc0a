#include "gateway/json/json_tables.h"

#include <gmock/gmock.h>

#include <thread>

#include "gateway/json/json_reader.h"
#include "gateway/json/json_writer.h"
#include "tests/transcoding/all_types.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using testing::v1::AllTypes;

TEST(JsonTables, CompileAMessageOnceForAllReaders) {
  const JsonTables tables(*pb::DescriptorPool::generated_pool());
  const JsonReader first(*AllTypes::descriptor(), tables);
  const std::size_t count = tables.message_count();
  for (int i = 0; i < 100; ++i) {
    const JsonReader another(*AllTypes::descriptor(), tables);
    const JsonReader part(*testing::v1::Child::descriptor(), tables);
  }
  EXPECT_EQ(tables.message_count(), count);
  EXPECT_EQ(&tables.MessageOf(*AllTypes::descriptor()), &tables.MessageOf(*AllTypes::descriptor()));
}

TEST(JsonTables, CompileTheTypesOfAnyWhenTheyAreFirstMetOnAnyThread) {
  const JsonTables tables(*pb::DescriptorPool::generated_pool());
  const JsonReader reader(*pb::Any::descriptor(), tables);
  EXPECT_EQ(tables.message_count(), 1U);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&reader] {
        const auto wire =
            reader.Read(R"({"@type": "x/testing.v1.AllTypes", "singularColor": "RED"})", {});
        EXPECT_TRUE(wire.has_value());
      });
    }
  }
  const JsonTables alone(*pb::DescriptorPool::generated_pool());
  const JsonReader content(*AllTypes::descriptor(), alone);
  EXPECT_THAT(tables.message_count(),
              ::testing::AnyOf(alone.message_count(), alone.message_count() + 1));
}

TEST(JsonTables, HaveTheNamesOfEnumsThatTheWriterWrites) {
  const JsonTables tables(*pb::DescriptorPool::generated_pool());
  EXPECT_THAT(tables.EnumOf(*testing::v1::Shade_descriptor()).written,
              ::testing::UnorderedElementsAre(
                  ::testing::Pair(0, "UNSPECIFIED"), ::testing::Pair(1, "SHADE_DEEP"),
                  ::testing::Pair(2, "DEEP"), ::testing::Pair(3, "LIGHT")));
  AllTypes message;
  message.set_singular_color(testing::v1::COLOR_DARK_RED);
  EXPECT_EQ(WriteJson(message, tables), R"({"singularColor":"dark-red"})");
  EXPECT_EQ(&tables.EnumOf(*testing::v1::Color_descriptor()),
            &tables.EnumOf(*testing::v1::Color_descriptor()));
}

}  // namespace
}  // namespace gateway
