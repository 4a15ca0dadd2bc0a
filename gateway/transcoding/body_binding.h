// The part of a request message that is the HTTP body (google.api.HttpRule.body).
//
// Compiled once at start, then const and thread-safe. Descriptors and tables must outlive it.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/http_message.h"
#include "gateway/base/result.h"
#include "gateway/json/field_path.h"
#include "gateway/json/json_tables.h"
#include "gateway/transcoding/argument_violations.h"

namespace gateway {

class BodyBinding {
 public:
  /// Longer content types of a google.api.HttpBody are refused.
  static constexpr std::size_t kMaxContentType = 255;

  /// `body`: empty, `*`, or the name of a field of `request`. The error is a sentence.
  static tl::expected<BodyBinding, std::string> Compile(std::string_view body,
                                                        const google::protobuf::Descriptor& request,
                                                        const JsonTables& tables);

  /// Whether all fields that are not in the path are in the body.
  [[nodiscard]] bool takes_all() const { return kind_ == Kind::kAll; }
  /// The field that is the body, or null.
  [[nodiscard]] const google::protobuf::FieldDescriptor* field() const { return field_; }

  /// Sets body and Content-Type, if there is a body. `in_path` is left out of a body `*`.
  void Write(const google::protobuf::Message& request, const std::vector<FieldPath>& in_path,
             HttpRequest& out, ArgumentViolations& violations) const;

 private:
  enum class Kind { kNone, kAll, kField };

  BodyBinding(Kind kind, const google::protobuf::FieldDescriptor* field, bool raw,
              const JsonTables& tables)
      : kind_(kind), field_(field), raw_(raw), tables_(&tables) {}

  Kind kind_;
  const google::protobuf::FieldDescriptor* field_;
  bool raw_;  // a google.api.HttpBody
  const JsonTables* tables_;
};

}  // namespace gateway
