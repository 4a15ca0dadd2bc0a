#include "gateway/descriptors/descriptor_source.h"

#include <gmock/gmock.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "gateway/json/protobuf_library.h"
#include "gateway/v1/annotations.pb.h"

namespace gateway {
namespace {

using google::protobuf::FileDescriptorSet;
using google::protobuf::TextFormat;
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
    FileDescriptorSet set;
    EXPECT_TRUE(TextFormat::ParseFromString(text, &set));
    return Write(name, set.SerializeAsString());
  }
  static Errors ErrorsOf(const std::vector<std::string>& paths) {
    return DescriptorSource::Load(paths)->errors();
  }
  /// From sets without an error.
  static std::unique_ptr<DescriptorSource> Load(const std::vector<std::string>& paths) {
    auto source = DescriptorSource::Load(paths);
    EXPECT_THAT(source->errors(), ElementsAre());
    return source;
  }

  std::filesystem::path folder_;
};

TEST_F(DescriptorSourceTest, BuiltInSetHoldsTheServiceAndPrototypesOfItsMessages) {
  const auto source = Load({});
  ASSERT_EQ(source->services().size(), 1U);
  const auto* service = source->services()[0];
  EXPECT_EQ(service->full_name(), "extend.v1.SplitRunService");
  const auto* type = service->method(0)->input_type();
  EXPECT_EQ(source->Prototype(type)->GetDescriptor(), type);
}

TEST_F(DescriptorSourceTest, ProtobufsOwnFilesAreWhatTheirNamesPromise) {
  FileDescriptorSet set;
  for (const auto* message :
       {google::protobuf::Any::descriptor(), google::protobuf::Duration::descriptor(),
        google::protobuf::Empty::descriptor(), google::protobuf::FieldMask::descriptor(),
        google::protobuf::Struct::descriptor(), google::protobuf::Timestamp::descriptor(),
        google::protobuf::BytesValue::descriptor()}) {
    message->file()->CopyTo(set.add_file());
  }
  EXPECT_NE(Load({Write("set", set.SerializeAsString())})
                ->pool()
                .FindMessageTypeByName("google.protobuf.BytesValue"),
            nullptr);
}

TEST_F(DescriptorSourceTest, FilesMayComeInAnyOrderAndSeveralSets) {
  const std::string a = WriteSet("a", R"(file { name: "a.proto" dependency: "b.proto"
      message_type { name: "A" field { name: "b" number: 1 type: TYPE_MESSAGE type_name: ".B" } } })");
  const std::string b = WriteSet("b", R"(file { name: "b.proto" message_type { name: "B" } })");
  const auto source = Load({a, b});
  EXPECT_NE(source->pool().FindMessageTypeByName("A"), nullptr);
}

TEST_F(DescriptorSourceTest, TheSameFileTwiceIsFine) {
  const std::string text = R"(file { name: "b.proto" message_type { name: "B" } })";
  EXPECT_THAT(ErrorsOf({WriteSet("one", text), WriteSet("two", text)}), ElementsAre());
}

TEST_F(DescriptorSourceTest, AnotherFileOfTheSameNameIsAnErrorThatNamesTheDifference) {
  const std::string one = WriteSet("one", R"(file { name: "b.proto" package: "p"
      message_type { name: "Same" } message_type { name: "M" } enum_type { name: "Gone" value {
      name: "ZERO" number: 0 } } })");
  const std::string two = WriteSet("two", R"(file { name: "b.proto" package: "p"
      message_type { name: "Same" } message_type { name: "M" field { name: "f" number: 1 } }
      service { name: "New" } })");
  EXPECT_THAT(ErrorsOf({one, two}),
              ElementsAre("--descriptor-set " + two +
                          ": b.proto: is another file than that of the same name in "
                          "--descriptor-set " +
                          one + ": they differ in p.Gone, p.M, p.New"));
  const std::string three = WriteSet("three", R"(file { name: "b.proto" })");
  const std::string four = WriteSet("four", R"(file { name: "b.proto" syntax: "proto3" })");
  EXPECT_THAT(ErrorsOf({three, four}),
              ElementsAre(HasSubstr("they differ in package, imports or options")));
}

TEST_F(DescriptorSourceTest, CommentsAndNotesOfTheMakerMakeNoOtherFile) {
  FileDescriptorSet set;
  set.add_file()->set_name("a.proto");
  const std::string plain = Write("plain", set.SerializeAsString());
  set.mutable_file(0)->mutable_source_code_info()->add_location();
  // As buf tells which files are imports.
  auto& file = *set.mutable_file(0);
  file.GetReflection()->MutableUnknownFields(&file)->AddLengthDelimited(8042, "\x08\x01");
  EXPECT_THAT(ErrorsOf({plain, Write("noted", set.SerializeAsString())}), ElementsAre());
}

TEST_F(DescriptorSourceTest, TheFullestOfAToolchainsOwnFilesIsKept) {
  for (const std::string name :
       {"google/protobuf/any.proto", "google/api/http.proto", "google/rpc/status.proto",
        "google/type/date.proto", "gateway/v1/annotations.proto"}) {
    const std::string older = WriteSet("older", R"(file { name: ")" + name + R"("
        options { java_package: "a.b" } message_type { name: "A" } })");
    const std::string newer = WriteSet("newer", R"(file { name: ")" + name + R"("
        message_type { name: "A" field { name: "f" number: 1 label: LABEL_OPTIONAL type: TYPE_BOOL } }
        message_type { name: "B" } })");
    for (const auto& paths : {std::vector{older, newer}, {newer, older}}) {
      const auto source = Load(paths);
      EXPECT_NE(source->pool().FindMessageTypeByName("B"), nullptr) << name;
    }
  }
}

TEST_F(DescriptorSourceTest, ReportsOnceWhatIsWrongWithASet) {
  const struct {
    const char* set;
    std::vector<std::string> errors;
  } cases[] = {
      // What is wrong with a file is not repeated for those that import it.
      {R"(file { name: "a.proto" dependency: "b.proto" dependency: "gone.proto"
                 message_type { name: "A" field { name: "b" number: 1 label: LABEL_OPTIONAL
                                                  type: TYPE_MESSAGE type_name: ".B" } } }
          file { name: "b.proto" dependency: "lost.proto" message_type { name: "B" } }
          file { name: "c.proto" dependency: "a.proto" })",
       {"b.proto: lost.proto: is imported, but no set has it (protoc needs --include_imports)",
        "a.proto: gone.proto: is imported, but no set has it (protoc needs --include_imports)"}},
      {R"(file { name: "a.proto" dependency: "b.proto" }
          file { name: "b.proto" dependency: "a.proto" })",
       {"b.proto: a.proto: is imported, and imports this file in turn"}},
      {R"(file { name: "a.proto" dependency: "a.proto" })",
       {"a.proto: a.proto: is imported, and imports this file in turn"}},
      {R"(file { name: "a.proto" message_type { name: "M" } enum_type { name: "E" value {
                 name: "X" number: 0 } } }
          file { name: "b.proto" message_type { name: "M" } service { name: "E" method {
                 name: "F" input_type: ".M" output_type: ".M" } } })",
       {"b.proto: E: is declared in a.proto too", "b.proto: M: is declared in a.proto too"}},
      {R"(file { name: "a.proto" message_type { name: "M" field { name: "f" number: 1
                 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".Gone" } } }
          file { name: "b.proto" service { name: "S" method {
                 name: "F" input_type: ".Lost" output_type: ".Lost" } } })",
       {"a.proto: M.f: \".Gone\" is not defined.", "b.proto: S.F: \".Lost\" is not defined.",
        "b.proto: S.F: \".Lost\" is not defined."}},
      // Relied on by name.
      {R"(file { name: "a.proto" package: "google.protobuf" message_type { name: "Timestamp" }
                 message_type { name: "StringValue" field { name: "value" number: 1
                   label: LABEL_REPEATED type: TYPE_STRING } }
                 message_type { name: "Empty" field { name: "any" number: 1
                   label: LABEL_OPTIONAL type: TYPE_STRING } } })",
       {"a.proto: google.protobuf.Timestamp: must have the fields that Protobuf's own has",
        "a.proto: google.protobuf.StringValue: must have the fields that Protobuf's own has"}},
      {R"(file { })", {": : Missing field: FileDescriptorProto.name."}},
  };
  for (const auto& c : cases) {
    const std::string set = WriteSet("set", c.set);
    std::vector<std::string> errors = c.errors;
    for (std::string& error : errors) error.insert(0, "--descriptor-set " + set + ": ");
    EXPECT_THAT(ErrorsOf({set}), testing::ElementsAreArray(errors)) << c.set;
  }
}

TEST_F(DescriptorSourceTest, FilesOfAnEditionAreServedWhereTheLibraryKnowsEditions) {
  // FileDescriptorProto.edition, by number: not every library has the field.
  constexpr int kEditionField = 14;
  constexpr std::uint64_t kEdition2023 = 1000;
  constexpr std::uint64_t kEdition2024 = 1001;
  for (const std::uint64_t edition : {kEdition2023, kEdition2024}) {
    FileDescriptorSet set;
    ASSERT_TRUE(TextFormat::ParseFromString(R"(file { name: "a.proto" syntax: "editions"
        message_type { name: "M" field { name: "f" number: 1 label: LABEL_OPTIONAL
          type: TYPE_STRING } }
        enum_type { name: "E" value { name: "X" number: 0 } }
        service { name: "S" method { name: "F" input_type: ".M" output_type: ".M" } } })",
                                            &set));
    auto& file = *set.mutable_file(0);
    file.GetReflection()->MutableUnknownFields(&file)->AddVarint(kEditionField, edition);
    const std::string path = Write("set", set.SerializeAsString());
    if constexpr (!kKnowsEditions) {
      EXPECT_THAT(ErrorsOf({path}),
                  ElementsAre("--descriptor-set " + path + ": a.proto: is of an edition, which " +
                              "Protobuf " + ProtobufVersion() + " of this build does not know: " +
                              "have it served by a build with Protobuf 27 or later"));
      continue;
    }
    const auto source = Load({path});
    ASSERT_EQ(source->services().size(), 1U);
    EXPECT_TRUE(source->services()[0]->method(0)->input_type()->field(0)->has_presence());
    EXPECT_FALSE(IsClosed(*source->pool().FindEnumTypeByName("E")));
  }
}

TEST_F(DescriptorSourceTest, ChainsThatCouldOverflowTheStackAreErrors) {
  constexpr int kLength = 3'000;
  FileDescriptorSet imports;
  FileDescriptorSet messages;
  auto& file = *messages.add_file();
  file.set_name("messages.proto");
  for (int i = 0; i < kLength; ++i) {
    const std::string next = "f" + std::to_string(i + 1);
    auto& import = *imports.add_file();
    import.set_name("f" + std::to_string(i));
    auto& message = *file.add_message_type();
    message.set_name(import.name());
    if (i + 1 == kLength) break;
    import.add_dependency(next);
    import.add_public_dependency(0);
    auto& field = *message.add_field();
    field.set_name("next");
    field.set_number(1);
    field.set_label(field.LABEL_OPTIONAL);
    field.set_type_name("." + next);
  }
  auto& method = *file.add_service()->add_method();
  file.mutable_service(0)->set_name("Service");
  method.set_name("Method");
  method.set_input_type(".f0");
  method.set_output_type(".f0");
  const std::string set = Write("messages", messages.SerializeAsString());
  EXPECT_THAT(ErrorsOf({set}),
              ElementsAre("--descriptor-set " + set +
                          ": messages.proto: f0: leads to a chain of more than 1000 messages"));

  const auto error = HasSubstr("is in a chain of more than 1000 imports");
  EXPECT_THAT(ErrorsOf({Write("imports", imports.SerializeAsString())}), testing::Contains(error));
  std::reverse(imports.mutable_file()->begin(), imports.mutable_file()->end());
  EXPECT_THAT(ErrorsOf({Write("reversed", imports.SerializeAsString())}), testing::Contains(error));
}

// A file with an option of that name and type for services, and a service on which it has that
// value.
std::string SetWithOption(const std::string& package, const std::string& name,
                          const std::string& value) {
  FileDescriptorSet set;
  EXPECT_TRUE(TextFormat::ParseFromString(R"(file { name: "a.proto" package: ")" + package + R"("
                message_type { name: "M" extension { name: ")" +
                                              name + R"(" number: 50801
                               label: LABEL_OPTIONAL extendee: ".google.protobuf.ServiceOptions"
                               type: TYPE_STRING } }
                dependency: "google/protobuf/descriptor.proto"
                service { name: "S" options {} } })",
                                          &set));
  google::protobuf::FileDescriptorProto::descriptor()->file()->CopyTo(set.add_file());
  auto& options = *set.mutable_file(0)->mutable_service(0)->mutable_options();
  options.GetReflection()->MutableUnknownFields(&options)->AddLengthDelimited(50801, value);
  return set.SerializeAsString();
}

TEST_F(DescriptorSourceTest, OptionsOfOtherApisWithOurNumbersAreNotReadAsOurs) {
  v1::Upstream upstream;
  upstream.set_base_url("https://host");
  for (const std::string& value : {upstream.SerializeAsString(), std::string("api.example.com")}) {
    const auto source = Load({Write("set", SetWithOption("acme", "host", value))});
    EXPECT_FALSE(source->services()[0]->options().HasExtension(v1::upstream)) << value;
  }
}

TEST_F(DescriptorSourceTest, AnOptionOfOursThatCannotBeReadIsAnError) {
  FileDescriptorSet set;
  auto& file = *set.add_file();
  file.set_name("a.proto");
  auto& options = *file.add_service()->mutable_options();
  options.GetReflection()->MutableUnknownFields(&options)->AddLengthDelimited(50801, "\x0a\x7f");
  EXPECT_THAT(ErrorsOf({Write("set", set.SerializeAsString())}),
              ElementsAre(HasSubstr(
                  "a.proto: an option of google.api.http or gateway.v1 in it cannot be read")));
}

TEST_F(DescriptorSourceTest, AllErrorsAreReportedAtOnce) {
  const std::string gone = folder_ / "gone";
  const std::string text = Write("text", "syntax = \"proto3\";");
  const std::string empty = Write("empty", "");
  EXPECT_THAT(ErrorsOf({gone, text, empty}),
              ElementsAre(HasSubstr(gone), AllOf(HasSubstr(text), HasSubstr("FileDescriptorSet")),
                          AllOf(HasSubstr(empty), HasSubstr("FileDescriptorSet"))));
}

}  // namespace
}  // namespace gateway
