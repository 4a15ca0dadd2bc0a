// FileDescriptorSets → one descriptor pool and prototypes of its messages: where the API that the
// gateway serves comes from.
//
// Thread-safe: loaded on one thread at start, then const. Outlives every route and call.
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
  /// From files with serialized FileDescriptorSets, imports included; no paths: the built-in set.
  static std::unique_ptr<DescriptorSource> Load(const std::vector<std::string>& paths);
  /// From files in memory.
  static std::unique_ptr<DescriptorSource> Build(const DescriptorFiles& files);

  /// What is wrong with the sets. If there are errors, the rest of the source must not be served:
  /// it is good for finding errors of routes, so that all are reported at once.
  [[nodiscard]] const Errors& errors() const { return errors_; }
  [[nodiscard]] const google::protobuf::DescriptorPool& pool() const { return pool_; }
  /// The services of all files, in the order of the sets.
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

  Errors errors_;
  google::protobuf::DescriptorPool pool_;
  /// Mutable, as GetPrototype is not const; it locks.
  mutable google::protobuf::DynamicMessageFactory messages_{&pool_};
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
};

}  // namespace gateway
