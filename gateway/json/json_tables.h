// What the JSON reader must know of messages, compiled from descriptors: names to fields, and each
// field's place on the wire.
//
// A TableSet is filled by one thread; the tables that it gave out are const and live as long as it.
// The descriptors must outlive it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "gateway/json/name_table.h"
#include "gateway/json/well_known.h"
#include "gateway/json/wire_buffer.h"

namespace gateway {

struct MessageTable;

struct EnumTable {
  const google::protobuf::EnumDescriptor* type = nullptr;
  /// Of proto2: 0 need not be a value, or may be one like any other.
  bool is_closed = false;
  NameTable<int> numbers;
};

struct FieldTable {
  enum class Shape : std::uint8_t { kSingular, kRepeated, kPacked, kMap };
  /// A bit of the set of fields and oneofs that an object has had. No bit: never set.
  struct Bit {
    std::uint32_t word = 0;
    std::uint64_t mask = 0;
  };

  const google::protobuf::FieldDescriptor* descriptor = nullptr;
  /// In JSON; none if another field of proto2 has the same and comes first.
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
  /// Of a proto2 group.
  WireTag end_tag;
  /// Of a message, or of a map's entry: fields[0] is its key, fields[1] its value.
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

class TableSet {
 public:
  /// The table of `message`; those of all messages that it can hold are compiled with it.
  const MessageTable& Compile(const google::protobuf::Descriptor& message);

 private:
  MessageTable& Find(const google::protobuf::Descriptor& message);
  const EnumTable& Find(const google::protobuf::EnumDescriptor& type);
  FieldTable CompileField(const google::protobuf::FieldDescriptor& field);
  void CompileMessage(MessageTable& table);

  std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<MessageTable>> messages_;
  std::unordered_map<const google::protobuf::EnumDescriptor*, std::unique_ptr<EnumTable>> enums_;
  std::vector<MessageTable*> pending_;
};

}  // namespace gateway
