// A request message → the HTTP request that the rule asks for: verb, path, query and body.
//
// Compiled once from a google.api.HttpRule, then const and thread-safe. Descriptors and tables must
// outlive it. Base URL and the headers that do not come from the message are added by serving.
#pragma once

#include <google/api/http.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <memory>
#include <string>

#include "gateway/base/http_message.h"
#include "gateway/base/result.h"
#include "gateway/json/json_tables.h"

namespace gateway {

class RequestBinding {
 public:
  /// The limit of path and query together; longer ones are refused, well below where libcurl fails.
  static constexpr std::size_t kMaxUrlBytes = std::size_t{1} << 20;

  /// The first binding of `rule` for messages of type `request`; the additional ones are checked.
  static tl::expected<RequestBinding, Errors> Compile(const google::api::HttpRule& rule,
                                                      const google::protobuf::Descriptor& request,
                                                      const JsonTables& tables);
  /// A GET of `path` and nothing else: fields of `request` that are not in it are not sent.
  static tl::expected<RequestBinding, Errors> CompileGet(
      const std::string& path, const google::protobuf::Descriptor& request,
      const JsonTables& tables);
  ~RequestBinding();
  RequestBinding(RequestBinding&&) noexcept;
  RequestBinding& operator=(RequestBinding&&) noexcept;

  /// `url` is the path and query to append to the base URL; `headers` holds Content-Type where
  /// there is a body. Fails with INVALID_ARGUMENT and BadRequest details naming the fields.
  [[nodiscard]] Result<HttpRequest> Bind(const google::protobuf::Message& request) const;

  /// GET, POST, …
  [[nodiscard]] const std::string& verb() const;

 private:
  class Impl;
  explicit RequestBinding(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace gateway
