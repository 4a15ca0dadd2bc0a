#include "gateway/descriptors/descriptor_source.h"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "builtin_descriptor_set.h"
#include "gateway/base/file.h"
#include "gateway/descriptors/pool_builder.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// Of one file; large APIs have a few MiB.
constexpr std::size_t kMaxSetBytes = std::size_t{64} << 20;

// Of messages that are fields of each other. They are followed by recursion, and libprotobuf's
// would overflow the stack.
constexpr std::size_t kMaxMessageChain = 1000;

// Whether the types of its fields, of their fields and so on, depth first as recursion goes, are a
// longer chain than there may be.
bool LeadsTooFar(const pb::Descriptor& type) {
  struct Step {
    const pb::Descriptor* type;
    int next_field = 0;
  };
  std::unordered_set<const pb::Descriptor*> seen{&type};
  std::vector<Step> chain{{&type}};
  while (!chain.empty() && chain.size() <= kMaxMessageChain) {
    Step& last = chain.back();
    if (last.next_field == last.type->field_count()) {
      chain.pop_back();
      continue;
    }
    const pb::Descriptor* const next = last.type->field(last.next_field++)->message_type();
    if (next != nullptr && seen.insert(next).second) chain.push_back({next});
  }
  return !chain.empty();
}

// Which services can be compiled, by the messages of their methods. Each message is looked at once.
class MessageCheck {
 public:
  MessageCheck(const DescriptorFiles& files, Errors& faults) : files_(files), faults_(faults) {}

  bool Passes(const pb::ServiceDescriptor& service) {
    bool passes = true;
    for (int i = 0; i < service.method_count(); ++i) {
      passes = Passes(*service.method(i)->input_type()) && passes;
      passes = Passes(*service.method(i)->output_type()) && passes;
    }
    return passes;
  }

 private:
  bool Passes(const pb::Descriptor& type) {
    const auto [known, is_new] = passes_.try_emplace(&type, true);
    if (!is_new || !LeadsTooFar(type)) return known->second;
    const std::string& file = type.file()->name();
    faults_.push_back(fmt::format("{}: {}: {}: leads to a chain of more than {} messages",
                                  files_.Find(file)->source, file, type.full_name(),
                                  kMaxMessageChain));
    return known->second = false;
  }

  const DescriptorFiles& files_;
  Errors& faults_;
  std::unordered_map<const pb::Descriptor*, bool> passes_;
};

}  // namespace

std::unique_ptr<DescriptorSource> DescriptorSource::Load(const std::vector<std::string>& paths,
                                                         Errors& faults) {
  DescriptorFiles files;
  if (paths.empty()) files.Add("built-in descriptor set", BuiltinDescriptorSet(), faults);
  for (const std::string& path : paths) {
    const auto bytes = ReadFile(path, kMaxSetBytes);
    if (bytes) {
      files.Add("--descriptor-set " + path, *bytes, faults);
    } else {
      faults.push_back("--descriptor-set: " + bytes.error());
    }
  }
  return Build(files, faults);
}

std::unique_ptr<DescriptorSource> DescriptorSource::Build(const DescriptorFiles& files,
                                                          Errors& faults) {
  std::unique_ptr<DescriptorSource> source(new DescriptorSource);
  BuildPool(files, source->pool_, faults);
  MessageCheck check(files, faults);
  for (const std::string& name : files.names()) {
    const pb::FileDescriptor* const file = source->pool_.FindFileByName(name);
    for (int i = 0; file != nullptr && i < file->service_count(); ++i) {
      if (check.Passes(*file->service(i))) source->services_.push_back(file->service(i));
    }
  }
  return source;
}

}  // namespace gateway
