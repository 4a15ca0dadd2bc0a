// A dotted path of singular message fields that ends in any field, as path variables and query
// parameters name it: resolved once against a descriptor, then followed in messages.
//
// Immutable value; the descriptors must outlive it.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace gateway {

class FieldPath {
 public:
  /// `text` in proto field names, e.g. `file.settings.password`. The error is a sentence that names
  /// the path, the message and the rule.
  static tl::expected<FieldPath, std::string> Resolve(const google::protobuf::Descriptor& message,
                                                      std::string_view text);

  /// The message that holds the last field, following set fields and defaults of unset ones.
  [[nodiscard]] const google::protobuf::Message& Holder(
      const google::protobuf::Message& message) const;

  /// The last field.
  [[nodiscard]] const google::protobuf::FieldDescriptor& field() const { return *fields_.back(); }
  [[nodiscard]] const std::vector<const google::protobuf::FieldDescriptor*>& fields() const {
    return fields_;
  }
  /// In proto field names.
  [[nodiscard]] std::string ToString() const;

 private:
  explicit FieldPath(std::vector<const google::protobuf::FieldDescriptor*> fields)
      : fields_(std::move(fields)) {}

  std::vector<const google::protobuf::FieldDescriptor*> fields_;
};

/// The name of a field in JSON; `[package.name]` for an extension (proto2).
std::string JsonName(const google::protobuf::FieldDescriptor& field);

}  // namespace gateway
