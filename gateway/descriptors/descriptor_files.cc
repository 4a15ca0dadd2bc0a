#include "gateway/descriptors/descriptor_files.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "gateway/descriptors/foreign_options.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using pb::FileDescriptorProto;
using pb::util::MessageDifferencer;

// All options stay unparsed: one of a stranger that has a number of ours need not parse as ours.
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

// What one of the files declares and the other does not, or not so.
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

void DescriptorFiles::Add(const std::string& source, std::string_view bytes, Errors& faults) {
  pb::FileDescriptorSet set;
  if (!ParseWithoutOptions(bytes, set)) {
    faults.push_back(source +
                     ": is not a FileDescriptorSet (protoc --descriptor_set_out and buf build make "
                     "one)");
    return;
  }
  DropForeignOptions(set);
  for (FileDescriptorProto& proto : *set.mutable_file()) {
    // Sets made from the same sources may differ in whether they keep comments, and buf adds notes.
    proto.clear_source_code_info();
    proto.mutable_unknown_fields()->Clear();
    AddFile(source, proto, faults);
  }
}

void DescriptorFiles::AddFile(const std::string& source, const FileDescriptorProto& unparsed,
                              Errors& faults) {
  const std::string& name = unparsed.name();
  DescriptorFile file{.source = source, .proto = {}};
  const auto tell = [&](const std::string& fault) {
    faults.push_back(fmt::format("{}: {}: {}", source, name, fault));
    file.is_sound = false;
  };
  // Now with the options that are ours.
  if (!file.proto.ParseFromString(unparsed.SerializeAsString())) {
    file.proto = unparsed;
    tell("an option of google.api.http or gateway.v1 in it cannot be read");
  }
  if (file.proto.syntax() == "editions") {
    tell("is of an edition, and only proto2 and proto3 can be served");
  }
  const auto [known, is_new] = files_.try_emplace(name, file);
  if (is_new) {
    names_.push_back(name);
  } else if (HasReleases(name)) {
    const bool is_fuller = file.proto.ByteSizeLong() > known->second.proto.ByteSizeLong();
    if (is_fuller) known->second = std::move(file);
  } else if (!MessageDifferencer::Equals(known->second.proto, file.proto)) {
    tell(fmt::format("is another file than that of the same name in {}: they differ in {}",
                     known->second.source, DifferenceOf(known->second.proto, file.proto)));
  }
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
