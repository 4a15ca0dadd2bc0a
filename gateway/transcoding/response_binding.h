// The body of a 2xx answer → the wire bytes of the response message.
//
// Compiled once from a google.api.HttpRule, then const and thread-safe.
#pragma once

#include <google/protobuf/descriptor.h>

#include <memory>
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
      const google::protobuf::Descriptor& response, std::string_view response_body);
  ~ResponseBinding();
  ResponseBinding(ResponseBinding&&) noexcept;
  ResponseBinding& operator=(ResponseBinding&&) noexcept;

  /// 204 and an empty body are an empty message. Fails with INTERNAL and a text that says what came
  /// (content type, size, place of the fault), never the content.
  [[nodiscard]] Result<std::string> Read(const HttpResponse& answer,
                                         const JsonReadOptions& options) const;
  /// The same, but a long body may be freed on the way.
  [[nodiscard]] Result<std::string> ReadAndFree(HttpResponse& answer,
                                                const JsonReadOptions& options) const;

 private:
  class Impl;
  explicit ResponseBinding(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace gateway
