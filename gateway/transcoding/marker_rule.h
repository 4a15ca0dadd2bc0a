// `(gateway.v1.marker)`, compiled: an id of ours in the request of a create, and how to find the
// resource with that id among the newest ones.
//
// Compiled once at start, then const and thread-safe. Descriptors and tables must
// outlive it.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "gateway/base/http_message.h"
#include "gateway/base/result.h"
#include "gateway/json/json_tables.h"
#include "gateway/transcoding/response_binding.h"
#include "gateway/v1/annotations.pb.h"

namespace gateway {

class MarkerRule {
 public:
  /// The size of the marked field as JSON; a request above it goes out unmarked. A little less
  /// than the 10 KB that APIs which bound it name.
  static constexpr std::size_t kMaxFieldBytes = 10'000;

  static tl::expected<MarkerRule, Errors> Compile(const v1::Marker& rule,
                                                  const google::protobuf::MethodDescriptor& method,
                                                  const JsonTables& tables);

  /// The text under `key` in the request's marked field: the caller's own, or `id`, which is set
  /// there. Nothing if the field has no room for it, or the caller has something else under `key`.
  std::optional<std::string> Mark(google::protobuf::Message& request, const std::string& key,
                                  const std::string& id) const;

  /// Path and query of the list.
  [[nodiscard]] const std::string& list() const { return list_; }

  /// The item of the list's response that has `marker` under `key`, as JSON.
  [[nodiscard]] std::optional<std::string> Find(HttpResponse& response, const std::string& key,
                                                const std::string& marker) const;

 private:
  explicit MarkerRule(ResponseBinding list_response) : list_response_(list_response) {}

  const JsonTables* tables_ = nullptr;
  std::string list_;
  ResponseBinding list_response_;
  // They make the list's response message, whose default instance is prototype_.
  std::unique_ptr<google::protobuf::DynamicMessageFactory> messages_;
  const google::protobuf::Message* prototype_ = nullptr;
  // Structs: of the request, and of an item.
  const google::protobuf::FieldDescriptor* field_ = nullptr;
  const google::protobuf::FieldDescriptor* items_ = nullptr;
  const google::protobuf::FieldDescriptor* item_field_ = nullptr;
};

}  // namespace gateway
