// The middle of the JSON reader: walks simdjson's DOM along the field tables and writes wire bytes.
//
// Not thread-safe; one object walks one document once. What is rare is left to a second, slower
// walk, so that the first can be fast: a walk that fails is done again with `has_duplicates`.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/json/json_error.h"
#include "gateway/json/json_read_options.h"
#include "gateway/json/json_scalars.h"
#include "gateway/json/json_tables.h"
#include "gateway/json/wire_buffer.h"

namespace gateway {

class JsonWalk {
 public:
  struct Pass {
    JsonReadOptions::Unknown unknown = JsonReadOptions::Unknown::kSkip;
    /// The numbers of RepairNumbers, if the document was rewritten; else null.
    const std::vector<JsonNumber>* rewritten = nullptr;
    /// Objects may have members of equal name: looks for the last of each before it reads.
    /// Otherwise such members make the walk fail.
    bool has_duplicates = false;
  };

  JsonWalk(const Pass& pass, const JsonTables& tables, WireBuffer* wire, JsonError* error)
      : pass_(pass),
        tables_(tables),
        wire_(*wire),
        error_(*error),
        scalars_(pass.rewritten, error) {}

  /// The content of a message, without tag and length.
  bool ReadMessage(const MessageTable& table, simdjson::dom::element value);
  /// The value of a field, with tag, which may be null.
  bool ReadField(const FieldTable& field, simdjson::dom::element value);

  /// After true: see JsonScalars.
  [[nodiscard]] bool saw_whole_zero() const { return scalars_.saw_whole_zero(); }
  [[nodiscard]] const std::vector<const google::protobuf::EnumDescriptor*>& unknown_enums() const {
    return unknown_enums_;
  }
  /// How many Any values were dropped because their types are unknown.
  [[nodiscard]] std::size_t unknown_anys() const { return unknown_anys_; }

 private:
  using Element = simdjson::dom::element;
  using Object = simdjson::dom::object;
  class Seen;
  class FewSeen;

  bool ReadMembers(const MessageTable& table, Object object);
  template <class AnySeen>
  bool ReadEachMember(const MessageTable& table, AnySeen seen, Object object);
  bool ReadLastMembers(const MessageTable& table, Object object);
  template <class AnySeen>
  bool ReadMember(AnySeen& seen, const FieldTable& field, Element value);
  bool RefuseDuplicate(const FieldTable& field);
  bool RefuseOneof(const FieldTable& field);
  bool SkipUnknown(std::string_view name);
  bool ReadSingular(const FieldTable& field, Element value);
  bool ReadScalar(const FieldTable& field, Element value);
  bool ReadString(const FieldTable& field, Element value);
  bool ReadBytes(const FieldTable& field, Element value);
  bool ReadNested(const FieldTable& field, Element value);
  bool ReadGroup(const FieldTable& field, Element value);
  bool ReadRepeated(const FieldTable& field, Element value);
  bool ReadPacked(const FieldTable& field, Element value);
  bool ReadMap(const FieldTable& field, Element value);
  bool ReadMapEntry(const FieldTable& field, std::string_view key, Element value);
  bool ReadMapKey(const FieldTable& field, std::string_view key);
  void WriteBits(const FieldTable& field, std::uint64_t bits);
  bool NoteUnknownEnum(const FieldTable& field);

  // json_walk_well_known.cc
  bool ReadWellKnown(const MessageTable& table, Element value);
  bool DropsAny(Element value);
  bool ReadAny(Element value);
  bool ReadAnyContent(const MessageTable& table, Object object);
  bool ReadTimestamp(Element value);
  bool ReadDuration(Element value);
  bool ReadFieldMask(Element value);
  bool ReadStruct(Element value);
  bool ReadValue(Element value);
  bool ReadListValue(Element value);

  // A message inside a message: counts levels against what protobuf decoders take.
  bool Descend();
  bool Enter(const WireTag& tag, WireBuffer::Nested* nested);
  void Leave(const WireBuffer::Nested& nested);

  const Pass& pass_;
  const JsonTables& tables_;
  WireBuffer& wire_;
  JsonError& error_;
  JsonScalars scalars_;
  std::size_t level_ = 0;
  std::vector<const google::protobuf::EnumDescriptor*> unknown_enums_;
  std::size_t unknown_anys_ = 0;
};

}  // namespace gateway
