#include "gateway/serving/descriptor_source.h"

#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

#include "builtin_descriptor_set.h"
#include "gateway/base/file.h"

namespace gateway {
namespace {

using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

// Of one file; large APIs have a few MiB.
constexpr std::size_t kMaxSetBytes = std::size_t{64} << 20;

}  // namespace

/// Turns the pool's complaints into faults that name file and symbol.
class DescriptorSource::FaultCollector final
    : public google::protobuf::DescriptorPool::ErrorCollector {
 public:
  FaultCollector(const std::map<std::string, File>& files, Faults& faults)
      : files_(files), faults_(faults) {}

  void AddError(const std::string& file, const std::string& symbol,
                const google::protobuf::Message* /*descriptor*/, ErrorLocation /*location*/,
                const std::string& message) override {
    const auto found = files_.find(file);
    faults_.push_back(fmt::format("{}: {}: {}: {}",
                                  found == files_.end() ? "descriptor set" : found->second.source,
                                  file, symbol, message));
  }

 private:
  const std::map<std::string, File>& files_;
  Faults& faults_;
};

tl::expected<std::unique_ptr<DescriptorSource>, Faults> DescriptorSource::Load(
    const std::vector<std::string>& paths) {
  std::unique_ptr<DescriptorSource> source(new DescriptorSource);
  Faults faults;
  if (paths.empty()) source->AddSet("built-in descriptor set", BuiltinDescriptorSet(), faults);
  for (const std::string& path : paths) {
    auto bytes = ReadFile(path, kMaxSetBytes);
    if (bytes) {
      source->AddSet("--descriptor-set " + path, *bytes, faults);
    } else {
      faults.push_back("--descriptor-set: " + bytes.error());
    }
  }
  source->BuildAll(faults);
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return source;
}

void DescriptorSource::AddSet(const std::string& source, std::string_view bytes, Faults& faults) {
  FileDescriptorSet set;
  if (!set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || set.file().empty()) {
    faults.push_back(source +
                     ": is not a FileDescriptorSet (protoc --descriptor_set_out makes one)");
    return;
  }
  for (FileDescriptorProto& proto : *set.mutable_file()) {
    // Sets made from the same sources may differ in whether they keep comments.
    proto.clear_source_code_info();
    const auto [known, is_new] = files_.try_emplace(proto.name(), File{source, proto, false});
    if (is_new) {
      order_.push_back(proto.name());
    } else if (!google::protobuf::util::MessageDifferencer::Equals(known->second.proto, proto)) {
      faults.push_back(fmt::format("{}: {}: is not the file of that name in {}", source,
                                   proto.name(), known->second.source));
    }
  }
}

void DescriptorSource::BuildAll(Faults& faults) {
  FaultCollector collector(files_, faults);
  for (const std::string& name : order_) Build(name, collector);
  for (const std::string& name : order_) {
    const google::protobuf::FileDescriptor* file = pool_.FindFileByName(name);
    if (file == nullptr) continue;
    for (int i = 0; i < file->service_count(); ++i) services_.push_back(file->service(i));
  }
}

void DescriptorSource::Build(const std::string& name, FaultCollector& collector) {
  const auto found = files_.find(name);
  // The pool itself complains of a missing import, and of a cycle.
  if (found == files_.end() || found->second.begun) return;
  found->second.begun = true;
  for (const std::string& import : found->second.proto.dependency()) Build(import, collector);
  pool_.BuildFileCollectingErrors(found->second.proto, &collector);
}

}  // namespace gateway
