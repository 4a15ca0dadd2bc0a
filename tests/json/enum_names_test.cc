#include "gateway/json/enum_names.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>

#include "tests/transcoding/all_types.pb.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Written(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) names.push_back(EnumJsonName(*type.value(i)));
  return names;
}

TEST(EnumNames, AreWrittenWithoutPrefixOrAsAnnotated) {
  EXPECT_THAT(Written(*testing::v1::Color_descriptor()),
              ElementsAre("UNSPECIFIED", "RED", "dark-red", "COLOR_3D", "NEGATIVE"));
}

TEST(EnumNames, AreWrittenInFullInFilesThatDoNotKnowOurOptions) {
  using google::protobuf::FieldDescriptorProto;
  EXPECT_EQ(EnumJsonName(*FieldDescriptorProto::Type_descriptor()->value(0)), "TYPE_DOUBLE");
}

TEST(EnumNames, AreWrittenInFullWhereAnotherValueClaimsTheShortName) {
  EXPECT_THAT(Written(*testing::v1::Shade_descriptor()),
              ElementsAre("UNSPECIFIED", "SHADE_DEEP", "DEEP", "LIGHT", "LIGHT"));
}

TEST(EnumNames, AreReadInEverySpelling) {
  EXPECT_THAT(EnumJsonNames(*testing::v1::Color_descriptor()),
              UnorderedElementsAre(Pair("COLOR_UNSPECIFIED", 0), Pair("UNSPECIFIED", 0),
                                   Pair("COLOR_RED", 1), Pair("RED", 1), Pair("COLOR_DARK_RED", 2),
                                   Pair("DARK_RED", 2), Pair("dark-red", 2), Pair("COLOR_3D", 3),
                                   Pair("COLOR_NEGATIVE", -1), Pair("NEGATIVE", -1)));
  EXPECT_THAT(EnumJsonNames(*testing::v1::Shade_descriptor()),
              UnorderedElementsAre(Pair("SHADE_UNSPECIFIED", 0), Pair("UNSPECIFIED", 0),
                                   Pair("SHADE_DEEP", 1), Pair("SHADE_BOTTOM", 2), Pair("DEEP", 2),
                                   Pair("BOTTOM", 2), Pair("SHADE_LIGHT", 3), Pair("LIGHT", 3),
                                   Pair("SHADE_PALE", 3), Pair("PALE", 3)));
}

TEST(EnumNames, OfAWordWithCapitalsAreSplitBeforeItsLastCapital) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("http.proto");
  file.set_syntax("proto3");
  auto* type = file.add_enum_type();
  type->set_name("HTTPVersion2Kind");
  const char* const names[] = {"HTTP_VERSION2_KIND_UNSPECIFIED", "HTTP_VERSION2_KIND_",
                               "HTTP_VERSION2_KIND_2"};
  for (const char* name : names) {
    auto* value = type->add_value();
    value->set_name(name);
    value->set_number(type->value_size() - 1);
  }
  google::protobuf::DescriptorPool pool;
  const auto* built = pool.BuildFile(file);
  ASSERT_NE(built, nullptr);
  EXPECT_THAT(EnumJsonNames(*built->enum_type(0)),
              UnorderedElementsAre(Pair(names[0], 0), Pair("UNSPECIFIED", 0), Pair(names[1], 1),
                                   Pair(names[2], 2)));
}

TEST(EnumNames, OfDescriptorsLoadedAtRunTimeHaveTheirAnnotations) {
  google::protobuf::DescriptorPoolDatabase generated(
      *google::protobuf::DescriptorPool::generated_pool());
  google::protobuf::DescriptorPool pool(&generated);
  const auto* color = pool.FindEnumTypeByName("testing.v1.Color");
  ASSERT_NE(color, nullptr);
  ASSERT_NE(color, testing::v1::Color_descriptor());
  EXPECT_EQ(EnumJsonName(*color->FindValueByName("COLOR_DARK_RED")), "dark-red");
}

}  // namespace
}  // namespace gateway
