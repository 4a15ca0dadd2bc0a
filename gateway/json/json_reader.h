// JSON → protobuf wire bytes, by field tables compiled from descriptors: no message object on the
// way. Follows ProtoJSON. Where that leaves room: null is unset, the last member of a name wins, at
// most 100 levels, and nothing that a default protobuf decoder would refuse.
//
// Compiled once at start, then const and thread-safe. The descriptors must outlive it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace gateway {

struct JsonReadOptions {
  /// Unknown members and enum strings: an upstream that grows must not fail calls (skipped and 0,
  /// or unset in proto2), while a person's typing error must be told (INVALID_ARGUMENT).
  enum class Unknown { kSkip, kReject };
  Unknown unknown = Unknown::kSkip;
  /// Members of a message that have the same name; likewise.
  enum class Duplicates { kLastWins, kReject };
  Duplicates duplicates = Duplicates::kLastWins;
  /// Called for each unknown enum string that was not read. May be empty.
  std::function<void(const google::protobuf::EnumDescriptor&)> on_unknown_enum;
};

/// The compiled tables of all messages that are reachable from those asked for, Any's included.
class JsonReader {
 public:
  /// Reads JSON of messages of type `message`.
  explicit JsonReader(const google::protobuf::Descriptor* message);
  /// Reads JSON that is the value of `field` alone (google.api.HttpRule.response_body) into a
  /// message of the field's containing type.
  explicit JsonReader(const google::protobuf::FieldDescriptor* field);
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  /// The wire bytes, fields in order of the JSON. Fails with INVALID_ARGUMENT and a text that names
  /// the place (a path such as `data[3].createdAt`) and the rule, never the value.
  [[nodiscard]] Result<std::string> Read(const std::string& json,
                                         const JsonReadOptions& options) const;
  /// The same, but a long text may be freed before its wire bytes take memory.
  [[nodiscard]] Result<std::string> ReadAndFree(std::string& json,
                                                const JsonReadOptions& options) const;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace gateway
