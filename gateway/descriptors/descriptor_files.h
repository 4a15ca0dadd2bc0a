// The files of FileDescriptorSets, one of each name: what a descriptor pool is then built from.
//
// Filled by one thread at start.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace gateway {

struct DescriptorFile {
  /// The set that it came in, as faults name it.
  std::string source;
  /// Without comments, and without what its maker has added.
  google::protobuf::FileDescriptorProto proto;
  /// Whether it can be built; if not, a fault says why.
  bool is_sound = true;
};

class DescriptorFiles {
 public:
  /// Adds the files of a serialized FileDescriptorSet. A file may come in several sets, but not
  /// with another content. Only of those that each toolchain brings its own release of, such as
  /// google/protobuf, the fullest is kept: they do nothing but grow.
  void Add(const std::string& source, std::string_view bytes, Errors& faults);

  /// In the order they came.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Null where there is none.
  [[nodiscard]] const DescriptorFile* Find(const std::string& name) const;

 private:
  /// `unparsed`: its options are unknown fields.
  void AddFile(const std::string& source, const google::protobuf::FileDescriptorProto& unparsed,
               Errors& faults);

  std::map<std::string, DescriptorFile> files_;
  std::vector<std::string> names_;
};

/// What a file declares at its top level, by full name.
using Declarations = std::map<std::string, const google::protobuf::Message*>;
Declarations DeclarationsOf(const google::protobuf::FileDescriptorProto& file);

}  // namespace gateway
