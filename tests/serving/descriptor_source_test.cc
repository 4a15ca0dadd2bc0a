#include "gateway/serving/descriptor_source.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class DescriptorSourceTest : public testing::Test {
 protected:
  DescriptorSourceTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("descriptor_source_") + test->name() + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~DescriptorSourceTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& bytes) {
    std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  /// A set of files in text format, such as `file { name: "a.proto" }`.
  std::string WriteSet(const std::string& name, const std::string& text) {
    google::protobuf::FileDescriptorSet set;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &set));
    return Write(name, set.SerializeAsString());
  }
  static Faults FaultsOf(const std::vector<std::string>& paths) {
    auto source = DescriptorSource::Load(paths);
    return source ? Faults{} : source.error();
  }

  std::filesystem::path folder_;
};

TEST_F(DescriptorSourceTest, BuiltInSetHoldsTheServiceAndPrototypesOfItsMessages) {
  const auto source = DescriptorSource::Load({});
  ASSERT_TRUE(source);
  ASSERT_EQ((*source)->services().size(), 1U);
  const auto* service = (*source)->services()[0];
  EXPECT_EQ(service->full_name(), "extend.v1.SplitRunService");
  const auto* type = service->method(0)->input_type();
  EXPECT_EQ((*source)->Prototype(type)->GetDescriptor(), type);
}

TEST_F(DescriptorSourceTest, FilesMayComeInAnyOrderAndSeveralSets) {
  const std::string a = WriteSet("a", R"(file { name: "a.proto" dependency: "b.proto"
      message_type { name: "A" field { name: "b" number: 1 type: TYPE_MESSAGE type_name: ".B" } } })");
  const std::string b = WriteSet("b", R"(file { name: "b.proto" message_type { name: "B" } })");
  const auto source = DescriptorSource::Load({a, b});
  ASSERT_TRUE(source);
  EXPECT_NE((*source)->pool().FindMessageTypeByName("A"), nullptr);
}

TEST_F(DescriptorSourceTest, TheSameFileTwiceIsFine) {
  const std::string text = R"(file { name: "b.proto" message_type { name: "B" } })";
  EXPECT_THAT(FaultsOf({WriteSet("one", text), WriteSet("two", text)}), ElementsAre());
}

TEST_F(DescriptorSourceTest, AnotherFileOfTheSameNameIsAFault) {
  const std::string one = WriteSet("one", R"(file { name: "b.proto" })");
  const std::string two = WriteSet("two", R"(file { name: "b.proto" package: "p" })");
  EXPECT_THAT(FaultsOf({one, two}),
              ElementsAre(AllOf(HasSubstr(two), HasSubstr("b.proto"), HasSubstr(one))));
}

TEST_F(DescriptorSourceTest, TheSameSymbolInTwoFilesIsAFault) {
  const std::string set = WriteSet("set", R"(file { name: "a.proto" message_type { name: "M" } }
                                             file { name: "b.proto" message_type { name: "M" } })");
  EXPECT_THAT(FaultsOf({set}),
              ElementsAre(AllOf(HasSubstr(set), HasSubstr("b.proto"), HasSubstr("M"))));
}

TEST_F(DescriptorSourceTest, AMissingImportIsAFault) {
  const std::string set = WriteSet("set", R"(file { name: "a.proto" dependency: "gone.proto" })");
  EXPECT_THAT(FaultsOf({set}),
              ElementsAre(AllOf(HasSubstr(set), HasSubstr("a.proto"), HasSubstr("gone.proto"))));
}

TEST_F(DescriptorSourceTest, AnImportCycleIsAFault) {
  const std::string set = WriteSet("set", R"(file { name: "a.proto" dependency: "b.proto" }
                                             file { name: "b.proto" dependency: "a.proto" })");
  EXPECT_THAT(FaultsOf({set}), testing::Not(ElementsAre()));
}

TEST_F(DescriptorSourceTest, EveryFaultIsToldAtOnce) {
  const std::string gone = folder_ / "gone";
  const std::string text = Write("text", "syntax = \"proto3\";");
  const std::string empty = Write("empty", "");
  EXPECT_THAT(FaultsOf({gone, text, empty}),
              ElementsAre(HasSubstr(gone), AllOf(HasSubstr(text), HasSubstr("FileDescriptorSet")),
                          AllOf(HasSubstr(empty), HasSubstr("FileDescriptorSet"))));
}

}  // namespace
}  // namespace gateway
