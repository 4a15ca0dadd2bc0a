// What readers and writers of JSON must know of messages, compiled from descriptors: names to
// fields, each field's place on the wire, and the spellings of enums. One JsonTables serves a whole
// API, so that a message is compiled once however many methods use it.
//
// Thread-safe. The tables that it gives out are const and live as long as it. The descriptors must
// outlive it.
#pragma once

#include <absl/base/thread_annotations.h>
#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/base/mutex.h"
#include "gateway/json/name_table.h"
#include "gateway/json/well_known.h"
#include "gateway/json/wire_buffer.h"

namespace gateway {

struct MessageTable;

struct EnumTable {
  const google::protobuf::EnumDescriptor* type = nullptr;
  /// An enum of proto2: 0 need not be a value, or may be one like any other.
  bool is_closed = false;
  /// All spellings that are read.
  NameTable<int> numbers;
  /// The spelling that is written for each number.
  std::unordered_map<int, std::string> written;
};

struct FieldTable {
  enum class Shape : std::uint8_t { kSingular, kRepeated, kPacked, kMap };
  /// A bit of the set of fields and oneofs that an object has had. No bit: never set.
  struct Bit {
    std::uint32_t word = 0;
    std::uint64_t mask = 0;
  };

  const google::protobuf::FieldDescriptor* descriptor = nullptr;
  /// The name in JSON; none if another field of proto2 has the same and comes first.
  std::optional<KnownName> name;
  google::protobuf::FieldDescriptor::Type type = google::protobuf::FieldDescriptor::TYPE_MESSAGE;
  Shape shape = Shape::kSingular;
  /// Whether a zero is written: explicit presence, or the key or value of a map's entry.
  bool writes_zero = false;
  /// Whether JSON's null is a value: google.protobuf.Value and NullValue.
  bool takes_null = false;
  Bit field_bit;
  Bit oneof_bit;  // none: of no oneof
  WireTag tag;
  WireTag end_tag;  // of a proto2 group
  /// The table of a field's message or of a map's entry: fields[0] is the key, fields[1] the value.
  const MessageTable* message = nullptr;
  const EnumTable* enumeration = nullptr;
};

struct MessageTable {
  const google::protobuf::Descriptor* type = nullptr;
  WellKnown well_known = WellKnown::kNone;
  std::vector<FieldTable> fields;  // in order of declaration, then extensions
  /// JSON names (of extensions `[package.name]`) and proto names, to positions in `fields`.
  NameTable<std::uint32_t> names;
  /// How many words the field_bit and oneof_bit of `fields` take.
  std::uint32_t words = 0;
};

class JsonTables {
 public:
  /// `pool`: where the types are that Any values name.
  explicit JsonTables(const google::protobuf::DescriptorPool& pool) : pool_(pool) {}

  /// The table of `message`; those of all messages that it can hold are compiled with it.
  [[nodiscard]] const MessageTable& MessageOf(const google::protobuf::Descriptor& message) const;
  [[nodiscard]] const EnumTable& EnumOf(const google::protobuf::EnumDescriptor& type) const;

  /// The message type that the URL of an Any names, or null. The types of google.rpc are known even
  /// if the pool lacks them. A table is compiled when it is first asked for: unlike other types
  /// these are known from the documents only.
  [[nodiscard]] const google::protobuf::Descriptor* FindAnyType(std::string_view url) const;

  /// How many tables of messages have been compiled.
  [[nodiscard]] std::size_t message_count() const;

 private:
  MessageTable& Find(const google::protobuf::Descriptor& message) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const EnumTable& Find(const google::protobuf::EnumDescriptor& type) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  FieldTable CompileField(const google::protobuf::FieldDescriptor& field) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CompileMessage(MessageTable& table) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const google::protobuf::DescriptorPool& pool_;
  mutable Mutex mutex_;
  // What is in them is complete, except while the lock is held for writing.
  mutable std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<MessageTable>>
      messages_ ABSL_GUARDED_BY(mutex_);
  mutable std::unordered_map<const google::protobuf::EnumDescriptor*, std::unique_ptr<EnumTable>>
      enums_ ABSL_GUARDED_BY(mutex_);
  mutable std::vector<MessageTable*> pending_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway
