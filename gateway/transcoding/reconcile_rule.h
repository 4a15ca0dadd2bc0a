// `(gateway.v1.reconcile)`, compiled: the GET that reads a resource, and what its state means.
//
// Compiled once at start, then const and thread-safe. The descriptors must outlive it.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"
#include "gateway/base/result.h"
#include "gateway/transcoding/request_binding.h"
#include "gateway/transcoding/response_binding.h"
#include "gateway/v1/annotations.pb.h"

namespace gateway {

class ReconcileRule {
 public:
  static tl::expected<ReconcileRule, Errors> Compile(
      const v1::Reconcile& rule, const google::protobuf::MethodDescriptor& method,
      const JsonTables& tables);

  /// The GET for a call's request message.
  [[nodiscard]] Result<HttpRequest> Bind(const google::protobuf::Message& request) const {
    return get_.Bind(request);
  }

  /// What the GET's response shows, which is read as the method's own is, by `binding`. Never
  /// fails: kUnknown for whatever it cannot read. A large body may be gone afterwards.
  [[nodiscard]] Resource Read(HttpResponse& response, const ResponseBinding& binding,
                              const JsonReadOptions& options) const;

  /// Key of the state in ErrorInfo.metadata: the field's name.
  [[nodiscard]] std::string field_name() const { return std::string(field_->name()); }
  [[nodiscard]] const std::string& done_reason() const { return done_reason_; }
  [[nodiscard]] const std::string& finished_reason() const { return finished_reason_; }

 private:
  explicit ReconcileRule(RequestBinding get) : get_(std::move(get)) {}

  // The field in the wire bytes of a response message; empty if it is not known.
  [[nodiscard]] std::string StateIn(const std::string& wire_bytes) const;

  RequestBinding get_;
  // They make the response message, whose default instance is prototype_.
  std::unique_ptr<google::protobuf::DynamicMessageFactory> messages_;
  const google::protobuf::Message* prototype_ = nullptr;
  const google::protobuf::FieldDescriptor* field_ = nullptr;
  // In REST spelling.
  std::unordered_map<std::string, ResourceState> states_;
  std::string done_reason_;
  std::string finished_reason_;
};

}  // namespace gateway
