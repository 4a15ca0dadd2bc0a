#include "gateway/json/field_path.h"

#include <gmock/gmock.h>
#include <google/protobuf/dynamic_message.h>

#include "tests/transcoding/all_types.pb.h"

namespace gateway {
namespace {

using testing::v1::AllTypes;

FieldPath MustResolve(std::string_view text) {
  return FieldPath::Resolve(*AllTypes::descriptor(), text).value();
}

TEST(FieldPath, EndsInAnyField) {
  EXPECT_EQ(MustResolve("singular_int32").field().name(), "singular_int32");
  EXPECT_EQ(MustResolve("repeated_child").field().name(), "repeated_child");
  EXPECT_EQ(MustResolve("string_map").field().name(), "string_map");
  EXPECT_EQ(MustResolve("recursive.singular_child.child.text").fields().size(), 4U);
}

TEST(FieldPath, IsWrittenAsItWasGiven) {
  EXPECT_EQ(MustResolve("recursive.singular_child.text").ToString(),
            "recursive.singular_child.text");
}

TEST(FieldPath, FollowsSetFieldsAndDefaultsOfUnsetOnes) {
  AllTypes message;
  const FieldPath path = MustResolve("singular_child.child.text");
  EXPECT_EQ(&path.Holder(message), &testing::v1::Child::default_instance());
  message.mutable_singular_child()->mutable_child()->set_text("x");
  EXPECT_EQ(&path.Holder(message), &message.singular_child().child());
  EXPECT_EQ(&MustResolve("singular_int32").Holder(message), &message);
}

TEST(FieldPath, FollowsDynamicMessages) {
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> message(
      factory.GetPrototype(AllTypes::descriptor())->New());
  const FieldPath path = MustResolve("recursive.singular_child.text");
  EXPECT_EQ(path.Holder(*message).GetDescriptor(), testing::v1::Child::descriptor());
}

TEST(FieldPath, SaysWhyItDoesNotResolve) {
  const struct {
    const char* path;
    const char* reason;
  } cases[] = {
      {"nothing",
       "path \"nothing\" of testing.v1.AllTypes: testing.v1.AllTypes has no field "
       "\"nothing\""},
      {"", "testing.v1.AllTypes has no field \"\""},
      {"singularInt32", "no field \"singularInt32\""},
      {"singular_child.", "testing.v1.Child has no field \"\""},
      {".singular_child", "has no field \"\""},
      {"singular_child..text", "has no field \"\""},
      {"singular_child.nothing", "testing.v1.Child has no field \"nothing\""},
      {"singular_int32.text", "\"singular_int32\" is not a singular message"},
      {"repeated_child.text", "\"repeated_child\" is not a singular message"},
      {"string_map.key", "\"string_map\" is not a singular message"},
  };
  for (const auto& c : cases) {
    const auto path = FieldPath::Resolve(*AllTypes::descriptor(), c.path);
    ASSERT_FALSE(path.has_value()) << c.path;
    EXPECT_THAT(path.error(), ::testing::HasSubstr(c.reason)) << c.path;
  }
}

}  // namespace
}  // namespace gateway
