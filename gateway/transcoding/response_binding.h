// The body of a 2xx response → the wire bytes of the response message.
//
// Compiled once from a google.api.HttpRule, then const and thread-safe. Descriptors and tables must
// outlive it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/http_message.h"
#include "gateway/base/result.h"
#include "gateway/json/json_reader.h"

namespace gateway {

class ResponseBinding {
 public:
  /// `response_body` as in google.api.HttpRule: the field that the body is, or empty.
  static tl::expected<ResponseBinding, std::string> Compile(
      const google::protobuf::Descriptor& message, std::string_view response_body,
      const JsonTables& tables);

  /// 204 and a body of nothing but blanks are an empty message; so is any body where the body's
  /// type has no fields. Fails with INTERNAL and a text that says what came (content type, size,
  /// place of the error), never the content.
  [[nodiscard]] Result<std::string> Read(const HttpResponse& response,
                                         const JsonReadOptions& options) const;
  /// The same, but a long body may be freed on the way.
  [[nodiscard]] Result<std::string> ReadAndFree(HttpResponse& response,
                                                const JsonReadOptions& options) const;

 private:
  enum class Kind { kJson, kHttpBody, kNoFields };

  ResponseBinding(Kind kind, const google::protobuf::FieldDescriptor* field,
                  std::optional<JsonReader> json)
      : kind_(kind), field_(field), json_(json) {}

  Result<std::string> Read(const HttpResponse& response, HttpResponse* owned,
                           const JsonReadOptions& options) const;
  [[nodiscard]] std::string ReadHttpBody(const HttpResponse& response) const;

  [[nodiscard]] std::string InField(std::string body) const;

  Kind kind_;
  const google::protobuf::FieldDescriptor* field_;  // null: the body is the whole message
  std::optional<JsonReader> json_;                  // of kJson
};

}  // namespace gateway
