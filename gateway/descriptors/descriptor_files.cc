#include "gateway/descriptors/descriptor_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "gateway/json/protobuf_library.h"
#include "gateway/v1/annotations.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using pb::FileDescriptorProto;
using pb::util::MessageDifferencer;

// All options stay unparsed, as unknown fields: another API's option that has a number of ours need
// not parse as ours.
bool ParseWithoutOptions(std::string_view bytes, pb::FileDescriptorSet& set) {
  const pb::DescriptorPool no_options;
  pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  in.SetExtensionRegistry(&no_options, pb::MessageFactory::generated_factory());
  return set.ParseFromCodedStream(&in) && in.ConsumedEntireMessage() && !set.file().empty();
}

bool HasReleases(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kFolders = {
      "google/protobuf/", "google/api/", "google/rpc/", "google/type/", "gateway/v1/"};
  return std::ranges::any_of(kFolders,
                             [name](std::string_view folder) { return name.starts_with(folder); });
}

bool IsForeign(const pb::FieldDescriptorProto& declared, const std::string& scope,
               const pb::FieldDescriptor& ours) {
  return declared.number() == ours.number() &&
         declared.extendee() == "." + std::string(ours.containing_type()->full_name()) &&
         scope + declared.name() != ours.full_name();
}

// `scope`: the full name of what holds the declarations, with a dot behind.
template <class Scope>
bool DeclareForeign(const pb::RepeatedPtrField<pb::FieldDescriptorProto>& extensions,
                    const Scope& messages, const std::string& scope,
                    const pb::FieldDescriptor& ours) {
  return std::ranges::any_of(
             extensions, [&](const auto& declared) { return IsForeign(declared, scope, ours); }) ||
         std::ranges::any_of(messages, [&](const pb::DescriptorProto& message) {
           return DeclareForeign(message.extension(), message.nested_type(),
                                 scope + message.name() + ".", ours);
         });
}

bool DeclaresForeign(const pb::FileDescriptorProto& file, const pb::FieldDescriptor& ours) {
  const std::string scope = file.package().empty() ? "" : file.package() + ".";
  return DeclareForeign(file.extension(), file.message_type(), scope, ours);
}

// Drops the option wherever it is set within `message`.
void Drop(const pb::FieldDescriptor& option, pb::Message& message) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (message.GetDescriptor() == option.containing_type()) {
    reflection.MutableUnknownFields(&message)->DeleteByNumber(option.number());
  }
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      Drop(option, *reflection.MutableMessage(&message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      Drop(option, *reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
}

// Drops the options that the set declares with a number of (gateway.v1) and another name. Numbers
// for in-house use are free to everybody, and another house's options must not be read as ours.
void DropForeignOptions(pb::FileDescriptorSet& set) {
  const pb::FileDescriptor& annotations = *v1::Upstream::descriptor()->file();
  for (int i = 0; i < annotations.extension_count(); ++i) {
    const pb::FieldDescriptor& ours = *annotations.extension(i);
    const bool has_foreign = std::ranges::any_of(
        set.file(), [&](const auto& file) { return DeclaresForeign(file, ours); });
    if (has_foreign) Drop(ours, set);
  }
}

// What only one of the files declares, or both in different ways.
std::string DifferenceOf(const FileDescriptorProto& one, const FileDescriptorProto& other) {
  const Declarations ones = DeclarationsOf(one);
  const Declarations others = DeclarationsOf(other);
  std::vector<std::string> names;
  for (const auto& [name, declaration] : ones) {
    const auto found = others.find(name);
    const bool same = found != others.end() &&
                      declaration->GetDescriptor() == found->second->GetDescriptor() &&
                      MessageDifferencer::Equals(*declaration, *found->second);
    if (!same) names.push_back(name);
  }
  for (const auto& [name, declaration] : others) {
    if (!ones.contains(name)) names.push_back(name);
  }
  return names.empty() ? "package, imports or options" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Errors DescriptorFiles::Add(const std::string& source, std::string_view bytes) {
  pb::FileDescriptorSet set;
  if (!ParseWithoutOptions(bytes, set)) {
    return {source +
            ": is not a FileDescriptorSet (protoc --descriptor_set_out and buf build make one)"};
  }
  Errors errors;
  DropForeignOptions(set);
  for (FileDescriptorProto& proto : *set.mutable_file()) {
    // Sets made from the same sources may differ in whether they keep comments, and buf adds notes.
    proto.clear_source_code_info();
    proto.mutable_unknown_fields()->Clear();
    Append(errors, AddFile(source, proto));
  }
  return errors;
}

Errors DescriptorFiles::AddFile(const std::string& source, const FileDescriptorProto& unparsed) {
  Errors errors;
  const std::string& name = unparsed.name();
  DescriptorFile file{.source = source, .proto = {}};
  const auto report = [&](const std::string& error) {
    errors.push_back(fmt::format("{}: {}: {}", source, name, error));
    file.is_valid = false;
  };
  // Now with our options.
  if (!file.proto.ParseFromString(unparsed.SerializeAsString())) {
    file.proto = unparsed;
    report("an option of google.api.http or gateway.v1 in it cannot be read");
  }
  if (file.proto.syntax() == "editions" && !kKnowsEditions) {
    report(
        fmt::format("is of an edition, which Protobuf {} of this build does not know: have it "
                    "served by a build with Protobuf {} or later",
                    ProtobufVersion(), kFirstProtobufWithEditions));
  }
  const auto [known, is_new] = files_.try_emplace(name, file);
  if (is_new) {
    names_.push_back(name);
  } else if (HasReleases(name)) {
    const bool is_fuller = file.proto.ByteSizeLong() > known->second.proto.ByteSizeLong();
    if (is_fuller) known->second = std::move(file);
  } else if (!MessageDifferencer::Equals(known->second.proto, file.proto)) {
    report(fmt::format("is another file than that of the same name in {}: they differ in {}",
                       known->second.source, DifferenceOf(known->second.proto, file.proto)));
  }
  return errors;
}

const DescriptorFile* DescriptorFiles::Find(const std::string& name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

Declarations DeclarationsOf(const FileDescriptorProto& file) {
  Declarations declarations;
  const std::string scope = file.package().empty() ? "" : file.package() + ".";
  const auto add = [&](const auto& kind) {
    for (const auto& declaration : kind) {
      declarations.emplace(scope + declaration.name(), &declaration);
    }
  };
  add(file.message_type());
  add(file.enum_type());
  add(file.service());
  add(file.extension());
  return declarations;
}

}  // namespace gateway
