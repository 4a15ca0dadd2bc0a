// JSON → protobuf wire bytes, by field tables compiled from descriptors: no message object on the
// way. Follows ProtoJSON. Where that leaves room: null is unset, the last member of a name wins, a
// byte order mark is skipped, at most 100 levels, and nothing that a default protobuf decoder would
// refuse.
//
// Const and thread-safe after construction. The tables must outlive it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

#include "gateway/base/result.h"
#include "gateway/json/json_error.h"
#include "gateway/json/json_read_options.h"
#include "gateway/json/json_tables.h"

namespace gateway {

class JsonReader {
 public:
  /// Reads JSON of messages of type `message`.
  JsonReader(const google::protobuf::Descriptor& message, const JsonTables& tables);
  /// Reads JSON that is the value of `field` alone (google.api.HttpRule.response_body) into a
  /// message of the field's containing type.
  JsonReader(const google::protobuf::FieldDescriptor& field, const JsonTables& tables);

  /// The wire bytes, fields in order of the JSON. Fails with INVALID_ARGUMENT and a text that names
  /// the place (a path such as `data[3].createdAt`) and the rule, never the value.
  [[nodiscard]] Result<std::string> Read(const std::string& json,
                                         const JsonReadOptions& options) const;
  /// The same, but a long text may be freed before its wire bytes take memory.
  [[nodiscard]] Result<std::string> ReadAndFree(std::string& json,
                                                const JsonReadOptions& options) const;

  /// The version of simdjson, which parses the text.
  static std::string LibraryVersion();

 private:
  struct Scratch;
  struct Dropped;
  static Scratch& ThreadScratch();

  Result<std::string> ReadText(const std::string& json, std::string* owned,
                               const JsonReadOptions& options) const;
  bool ReadInto(const std::string& json, std::string* owned, const JsonReadOptions& options,
                Scratch* scratch, Dropped* dropped, JsonError* error) const;

  const JsonTables* tables_;
  const MessageTable* message_;
  const FieldTable* field_;  // null: the whole message
};

}  // namespace gateway
