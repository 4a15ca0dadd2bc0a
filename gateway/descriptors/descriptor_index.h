// The descriptors that reflection serves: the files of the served pool, and those of the gateway's
// own services (health and reflection).
//
// Thread-safe: const. The pool must outlive it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>
#include <vector>

namespace gateway {

class DescriptorIndex {
 public:
  explicit DescriptorIndex(const google::protobuf::DescriptorPool& pool);

  using File = const google::protobuf::FileDescriptor*;

  /// Null where there is none.
  [[nodiscard]] File FileByName(const std::string& name) const;
  [[nodiscard]] File FileOfSymbol(const std::string& symbol) const;
  [[nodiscard]] File FileOfExtension(const std::string& type, int number) const;
  /// Nothing for an unknown type.
  [[nodiscard]] std::optional<std::vector<int>> ExtensionNumbers(const std::string& type) const;

  /// The file and all its imports, once each, as serialized FileDescriptorProtos.
  [[nodiscard]] static std::vector<std::string> WithImports(File file);

 private:
  const google::protobuf::DescriptorPool& pool_;
  /// The files of the generated pool that are served too.
  std::vector<File> own_files_;
};

}  // namespace gateway
