// FileDescriptorSets → one descriptor pool and prototypes of its messages: where the API that the
// gateway serves comes from.
//
// Loaded once at start, with all faults; then const and thread-safe. Outlives every route and call.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include <memory>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/descriptors/descriptor_files.h"

namespace gateway {

class DescriptorSource {
 public:
  /// Files of serialized FileDescriptorSets, imports included; none: the built-in set. Where
  /// `faults` grew, it is only good for finding more of them.
  static std::unique_ptr<DescriptorSource> Load(const std::vector<std::string>& paths,
                                                Errors& faults);
  /// Likewise, from what has been loaded.
  static std::unique_ptr<DescriptorSource> Build(const DescriptorFiles& files, Errors& faults);

  [[nodiscard]] const google::protobuf::DescriptorPool& pool() const { return pool_; }
  /// Of all files, in the order of the sets.
  [[nodiscard]] const std::vector<const google::protobuf::ServiceDescriptor*>& services() const {
    return services_;
  }
  /// Lives as long as this.
  [[nodiscard]] const google::protobuf::Message* Prototype(
      const google::protobuf::Descriptor* type) const {
    return messages_.GetPrototype(type);
  }

 private:
  DescriptorSource() = default;

  google::protobuf::DescriptorPool pool_;
  /// GetPrototype locks: it is const in all but name.
  mutable google::protobuf::DynamicMessageFactory messages_{&pool_};
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
};

}  // namespace gateway
