// FileDescriptorSets → one descriptor pool and prototypes of its messages: where the API that the
// gateway serves comes from.
//
// Loaded once at start, with all faults; then const and thread-safe. Outlives every route and call.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace gateway {

class DescriptorSource {
 public:
  /// Files of serialized FileDescriptorSets, imports included; none: the built-in set.
  static tl::expected<std::unique_ptr<DescriptorSource>, Faults> Load(
      const std::vector<std::string>& paths);

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
  class FaultCollector;

  DescriptorSource() = default;
  void AddSet(const std::string& source, std::string_view bytes, Faults& faults);
  void BuildAll(Faults& faults);
  void Build(const std::string& name, FaultCollector& collector);

  struct File {
    std::string source;
    google::protobuf::FileDescriptorProto proto;
    bool begun = false;
  };
  std::map<std::string, File> files_;
  /// Names of files_, in the order they came.
  std::vector<std::string> order_;
  google::protobuf::DescriptorPool pool_;
  /// GetPrototype locks: it is const in all but name.
  mutable google::protobuf::DynamicMessageFactory messages_{&pool_};
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
};

}  // namespace gateway
