// The files of FileDescriptorSets, one of each name: what a descriptor pool is then built from.
//
// Not thread-safe; filled and used on one thread at start.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace gateway {

struct DescriptorFile {
  /// The set that the file came in, as errors name it.
  std::string source;
  /// Without comments and the notes of the tool that made the set.
  google::protobuf::FileDescriptorProto proto;
  /// False: an error says why the file cannot be built.
  bool is_valid = true;
};

class DescriptorFiles {
 public:
  /// Adds the files of a serialized FileDescriptorSet; `source` names it in the errors. A file may
  /// come in several sets, but not with different contents. Files that each toolchain brings in its
  /// own release, such as google/protobuf, may differ: the fullest is kept, as they only grow.
  /// Options of another API that have the numbers of ours are dropped.
  [[nodiscard]] Errors Add(const std::string& source, std::string_view bytes);

  /// In the order in which they came.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Null where there is none.
  [[nodiscard]] const DescriptorFile* Find(const std::string& name) const;

 private:
  /// `unparsed`: its options are unknown fields.
  Errors AddFile(const std::string& source, const google::protobuf::FileDescriptorProto& unparsed);

  std::map<std::string, DescriptorFile> files_;
  std::vector<std::string> names_;
};

/// What a file declares at its top level, by full name.
using Declarations = std::map<std::string, const google::protobuf::Message*>;
Declarations DeclarationsOf(const google::protobuf::FileDescriptorProto& file);

}  // namespace gateway
