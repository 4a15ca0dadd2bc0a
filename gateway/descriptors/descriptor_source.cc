#include "gateway/descriptors/descriptor_source.h"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "builtin_descriptor_set.h"
#include "gateway/base/file.h"
#include "gateway/descriptors/pool_builder.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// The size of one file; large APIs have a few MiB.
constexpr std::size_t kMaxSetBytes = std::size_t{64} << 20;

// The most messages in a row of which each is a field of the one before. They are followed by
// recursion, and that of libprotobuf would overflow the stack.
constexpr std::size_t kMaxMessageChain = 1000;

// Whether the types of the fields, of their fields and so on, depth first as recursion goes, are a
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
  explicit MessageCheck(const DescriptorFiles& files) : files_(files) {}

  bool Passes(const pb::ServiceDescriptor& service) {
    bool passes = true;
    for (int i = 0; i < service.method_count(); ++i) {
      passes = Passes(*service.method(i)->input_type()) && passes;
      passes = Passes(*service.method(i)->output_type()) && passes;
    }
    return passes;
  }
  [[nodiscard]] Errors TakeErrors() { return std::exchange(errors_, {}); }

 private:
  bool Passes(const pb::Descriptor& type) {
    const auto [known, is_new] = passes_.try_emplace(&type, true);
    if (!is_new || !LeadsTooFar(type)) return known->second;
    const std::string file(type.file()->name());
    errors_.push_back(fmt::format("{}: {}: {}: leads to a chain of more than {} messages",
                                  files_.Find(file)->source, file, type.full_name(),
                                  kMaxMessageChain));
    return known->second = false;
  }

  const DescriptorFiles& files_;
  Errors errors_;
  std::unordered_map<const pb::Descriptor*, bool> passes_;
};

}  // namespace

std::unique_ptr<DescriptorSource> DescriptorSource::Load(const std::vector<std::string>& paths) {
  DescriptorFiles files;
  Errors errors;
  if (paths.empty()) errors = files.Add("built-in descriptor set", BuiltinDescriptorSet());
  for (const std::string& path : paths) {
    const auto bytes = ReadFile(path, kMaxSetBytes);
    if (bytes) {
      Append(errors, files.Add("--descriptor-set " + path, *bytes));
    } else {
      errors.push_back("--descriptor-set: " + bytes.error());
    }
  }
  auto source = Build(files);
  Append(errors, std::move(source->errors_));
  source->errors_ = std::move(errors);
  return source;
}

std::unique_ptr<DescriptorSource> DescriptorSource::Build(const DescriptorFiles& files) {
  std::unique_ptr<DescriptorSource> source(new DescriptorSource);
  source->errors_ = BuildPool(files, source->pool_);
  MessageCheck check(files);
  for (const std::string& name : files.names()) {
    const pb::FileDescriptor* const file = source->pool_.FindFileByName(name);
    for (int i = 0; file != nullptr && i < file->service_count(); ++i) {
      if (check.Passes(*file->service(i))) source->services_.push_back(file->service(i));
    }
  }
  Append(source->errors_, check.TakeErrors());
  return source;
}

}  // namespace gateway
