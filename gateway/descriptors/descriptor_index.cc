#include "gateway/descriptors/descriptor_index.h"

#include <google/protobuf/descriptor.pb.h>
#include <grpc/health/v1/health.pb.h>
#include <grpc/reflection/v1/reflection.pb.h>
#include <grpc/reflection/v1alpha/reflection.pb.h>

#include <algorithm>
#include <set>

namespace gateway {
namespace {

using google::protobuf::FileDescriptor;

void Collect(const FileDescriptor& file, std::set<const FileDescriptor*>& seen,
             std::vector<std::string>& files) {
  if (!seen.insert(&file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  files.push_back(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) Collect(*file.dependency(i), seen, files);
}

}  // namespace

DescriptorIndex::DescriptorIndex(const google::protobuf::DescriptorPool& pool)
    : pool_(pool),
      own_files_{grpc::health::v1::HealthCheckRequest::descriptor()->file(),
                 grpc::reflection::v1::ServerReflectionRequest::descriptor()->file(),
                 grpc::reflection::v1alpha::ServerReflectionRequest::descriptor()->file()} {}

DescriptorIndex::File DescriptorIndex::FileByName(const std::string& name) const {
  if (const File file = pool_.FindFileByName(name)) return file;
  const auto own = std::ranges::find(own_files_, name, &FileDescriptor::name);
  return own == own_files_.end() ? nullptr : *own;
}

DescriptorIndex::File DescriptorIndex::FileOfSymbol(const std::string& symbol) const {
  if (const File file = pool_.FindFileContainingSymbol(symbol)) return file;
  const File file =
      google::protobuf::DescriptorPool::generated_pool()->FindFileContainingSymbol(symbol);
  return std::ranges::find(own_files_, file) == own_files_.end() ? nullptr : file;
}

DescriptorIndex::File DescriptorIndex::FileOfExtension(const std::string& type, int number) const {
  const auto* message = pool_.FindMessageTypeByName(type);
  if (message == nullptr) return nullptr;
  const auto* extension = pool_.FindExtensionByNumber(message, number);
  return extension == nullptr ? nullptr : extension->file();
}

std::optional<std::vector<int>> DescriptorIndex::ExtensionNumbers(const std::string& type) const {
  const auto* message = pool_.FindMessageTypeByName(type);
  if (message == nullptr) return std::nullopt;
  std::vector<const google::protobuf::FieldDescriptor*> extensions;
  pool_.FindAllExtensions(message, &extensions);
  std::vector<int> numbers;
  numbers.reserve(extensions.size());
  for (const auto* extension : extensions) numbers.push_back(extension->number());
  return numbers;
}

std::vector<std::string> DescriptorIndex::WithImports(File file) {
  std::set<const FileDescriptor*> seen;
  std::vector<std::string> files;
  Collect(*file, seen, files);
  return files;
}

}  // namespace gateway
