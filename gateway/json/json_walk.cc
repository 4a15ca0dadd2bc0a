#include "gateway/json/json_walk.h"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

namespace dom = simdjson::dom;
namespace pb = google::protobuf;
using Type = pb::FieldDescriptor::Type;
using Shape = FieldTable::Shape;

// How many messages in one another decoders take by default, the outermost not counted.
constexpr std::size_t kMaxMessageLevels = 100;  // an error names it

// A misspelt name helps in an error, arbitrary text from the document does not.
bool IsPlainName(std::string_view name) {
  constexpr std::size_t kMaxNameBytes = 64;
  static constexpr CharSet kPlain([](char c) {
    return IsAlphanumeric(c) || std::string_view("_-.@$[]").find(c) != std::string_view::npos;
  });
  return !name.empty() && name.size() <= kMaxNameBytes && kPlain.HoldsAllOf(name);
}

}  // namespace

// The fields and oneofs that an object has had.
class JsonWalk::Seen {
 public:
  explicit Seen(std::uint32_t words) : words_(words) {}

  /// Whether it was there before.
  [[nodiscard]] bool Add(const FieldTable::Bit& bit) {
    return (std::exchange(words_[bit.word], words_[bit.word] | bit.mask) & bit.mask) != 0;
  }

 private:
  std::vector<std::uint64_t> words_;
};

// The same in one word, which is enough for all but giant messages.
class JsonWalk::FewSeen {
 public:
  [[nodiscard]] bool Add(const FieldTable::Bit& bit) {
    return (std::exchange(word_, word_ | bit.mask) & bit.mask) != 0;
  }

 private:
  std::uint64_t word_ = 0;
};

bool JsonWalk::ReadMessage(const MessageTable& table, Element value) {
  if (table.well_known != WellKnown::kNone) return ReadWellKnown(table, value);
  Object object;
  if (value.get(object) != simdjson::SUCCESS) return error_.Set("not an object");
  return ReadMembers(table, object);
}

bool JsonWalk::ReadMembers(const MessageTable& table, Object object) {
  if (pass_.has_duplicates) return ReadLastMembers(table, object);
  return table.words > 1 ? ReadEachMember(table, Seen(table.words), object)
                         : ReadEachMember(table, FewSeen(), object);
}

template <class AnySeen>
bool JsonWalk::ReadEachMember(const MessageTable& table, AnySeen seen, Object object) {
  // Members mostly come in the order of the fields: a guess spares the search.
  const FieldTable* next = table.fields.data();
  const FieldTable* const end = next + table.fields.size();
  for (const auto [name, member] : object) {
    const FieldTable* field = next;
    if (next == end || !next->name || !next->name->Is(name)) {
      const std::uint32_t* const index = table.names.Find(name);
      if (index == nullptr) {
        if (!SkipUnknown(name)) return false;
        continue;
      }
      field = &table.fields[*index];
    }
    if (!ReadMember(seen, *field, member)) return false;
    next = field + 1;
  }
  return true;
}

bool JsonWalk::ReadLastMembers(const MessageTable& table, Object object) {
  Seen seen(table.words);
  std::unordered_map<std::uint32_t, std::size_t> last;
  std::size_t position = 0;
  for (const auto [name, member] : object) {
    if (const auto* index = table.names.Find(name)) last[*index] = position;
    ++position;
  }
  position = 0;
  for (const auto [name, member] : object) {
    const std::uint32_t* const index = table.names.Find(name);
    const bool is_last = index != nullptr && last[*index] == position;
    if (index == nullptr && !SkipUnknown(name)) return false;
    if (is_last && !ReadMember(seen, table.fields[*index], member)) return false;
    ++position;
  }
  return true;
}

bool JsonWalk::RefuseDuplicate(const FieldTable& field) {
  error_.Set("more than one member of this name");
  return error_.In(*field.descriptor);
}

bool JsonWalk::RefuseOneof(const FieldTable& field) {
  const std::string oneof(field.descriptor->real_containing_oneof()->full_name());
  error_.Set("more than one member of oneof " + oneof);
  return error_.In(*field.descriptor);
}

template <class AnySeen>
bool JsonWalk::ReadMember(AnySeen& seen, const FieldTable& field, Element value) {
  if (seen.Add(field.field_bit)) return RefuseDuplicate(field);
  const bool is_set = !value.is_null() || (field.takes_null && field.shape == Shape::kSingular);
  if (is_set && seen.Add(field.oneof_bit)) return RefuseOneof(field);
  return !is_set || ReadField(field, value) || error_.In(*field.descriptor);
}

bool JsonWalk::SkipUnknown(std::string_view name) {
  if (pass_.unknown == JsonReadOptions::Unknown::kSkip || name == "@type") return true;
  error_.Set("unknown field");
  return IsPlainName(name) && error_.In(name);
}

bool JsonWalk::ReadField(const FieldTable& field, Element value) {
  switch (field.shape) {
    case Shape::kSingular:
      return ReadSingular(field, value);
    case Shape::kRepeated:
      return ReadRepeated(field, value);
    case Shape::kPacked:
      return ReadPacked(field, value);
    case Shape::kMap:
      return ReadMap(field, value);
  }
  return false;
}

bool JsonWalk::ReadSingular(const FieldTable& field, Element value) {
  switch (field.type) {
    case Type::TYPE_STRING:
      return ReadString(field, value);
    case Type::TYPE_BYTES:
      return ReadBytes(field, value);
    case Type::TYPE_MESSAGE:
      return ReadNested(field, value);
    case Type::TYPE_GROUP:
      return ReadGroup(field, value);
    default:
      return ReadScalar(field, value);
  }
}

bool JsonWalk::ReadScalar(const FieldTable& field, Element value) {
  std::uint64_t bits = 0;
  const ScalarRead read = scalars_.Read(field, value, &bits);
  if (read == ScalarRead::kError) return false;
  if (read == ScalarRead::kUnknownEnum) {
    if (!NoteUnknownEnum(field)) return false;
    if (field.shape != Shape::kSingular || field.enumeration->is_closed) return true;
  }
  if (bits == 0 && !field.writes_zero) return true;
  wire_.Tag(field.tag);
  WriteBits(field, bits);
  return true;
}

void JsonWalk::WriteBits(const FieldTable& field, std::uint64_t bits) {
  switch (field.type) {
    case Type::TYPE_DOUBLE:
    case Type::TYPE_FIXED64:
    case Type::TYPE_SFIXED64:
      return wire_.Fixed(bits);
    case Type::TYPE_FLOAT:
    case Type::TYPE_FIXED32:
    case Type::TYPE_SFIXED32:
      return wire_.Fixed(static_cast<std::uint32_t>(bits));
    default:
      return wire_.Varint(bits);
  }
}

bool JsonWalk::ReadString(const FieldTable& field, Element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return error_.Set("not a string");
  if (!text.empty() || field.writes_zero) wire_.String(field.tag, text);
  return true;
}

bool JsonWalk::ReadBytes(const FieldTable& field, Element value) {
  std::string_view text;
  std::string bytes;
  if (value.get(text) != simdjson::SUCCESS) return error_.Set("not a string");
  if (!DecodeBase64(text, &bytes)) return error_.Set("not base64");
  if (!bytes.empty() || field.writes_zero) wire_.String(field.tag, bytes);
  return true;
}

bool JsonWalk::ReadNested(const FieldTable& field, Element value) {
  if (field.message->well_known == WellKnown::kAny && DropsAny(value)) return true;
  WireBuffer::Nested nested;
  if (!Enter(field.tag, &nested) || !ReadMessage(*field.message, value)) return false;
  Leave(nested);
  return true;
}

bool JsonWalk::ReadGroup(const FieldTable& field, Element value) {
  wire_.Tag(field.tag);
  if (!Descend() || !ReadMessage(*field.message, value)) return false;
  wire_.Tag(field.end_tag);
  --level_;
  return true;
}

bool JsonWalk::ReadRepeated(const FieldTable& field, Element value) {
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return error_.Set("not an array");
  std::size_t index = 0;
  for (const Element element : array) {
    if (!ReadSingular(field, element)) return error_.In(index);
    ++index;
  }
  return true;
}

bool JsonWalk::ReadPacked(const FieldTable& field, Element value) {
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return error_.Set("not an array");
  const WireBuffer::Nested nested = wire_.Open(field.tag);
  std::size_t index = 0;
  for (const Element element : array) {
    std::uint64_t bits = 0;
    const ScalarRead read = scalars_.Read(field, element, &bits);
    if (read == ScalarRead::kError) return error_.In(index);
    if (read == ScalarRead::kUnknownEnum) {
      if (!NoteUnknownEnum(field)) return error_.In(index);
    } else {
      WriteBits(field, bits);
    }
    ++index;
  }
  if (wire_.IsEmpty(nested)) {
    wire_.Cancel(nested);
  } else {
    wire_.Close(nested);
  }
  return true;
}

bool JsonWalk::ReadMap(const FieldTable& field, Element value) {
  Object object;
  if (value.get(object) != simdjson::SUCCESS) return error_.Set("not an object");
  std::size_t position = 0;
  for (const auto& [key, element] : object) {
    // By position, as keys are data.
    if (!ReadMapEntry(field, key, element)) return error_.In(position);
    ++position;
  }
  return true;
}

bool JsonWalk::ReadMapEntry(const FieldTable& field, std::string_view key, Element value) {
  const FieldTable& value_field = field.message->fields[1];
  std::uint64_t bits = 0;
  if (value_field.type == Type::TYPE_ENUM &&
      scalars_.Read(value_field, value, &bits) == ScalarRead::kUnknownEnum) {
    return NoteUnknownEnum(value_field);
  }
  if (value_field.message != nullptr && value_field.message->well_known == WellKnown::kAny &&
      DropsAny(value)) {
    return true;
  }
  WireBuffer::Nested entry;
  if (!Enter(field.tag, &entry) || !ReadMapKey(field.message->fields[0], key) ||
      !ReadSingular(value_field, value)) {
    return false;
  }
  Leave(entry);
  return true;
}

bool JsonWalk::ReadMapKey(const FieldTable& field, std::string_view key) {
  if (field.type == Type::TYPE_STRING) {
    wire_.String(field.tag, key);
    return true;
  }
  wire_.Tag(field.tag);
  std::uint64_t bits = 0;
  if (scalars_.ReadKey(field, key, &bits) != ScalarRead::kValue) return false;
  WriteBits(field, bits);
  return true;
}

bool JsonWalk::NoteUnknownEnum(const FieldTable& field) {
  if (pass_.unknown == JsonReadOptions::Unknown::kReject) {
    return error_.Set("not a name of " + std::string(field.enumeration->type->full_name()));
  }
  unknown_enums_.push_back(field.enumeration->type);
  return true;
}

bool JsonWalk::Descend() {
  if (level_ == kMaxMessageLevels) {
    return error_.Set("nests deeper than the 100 message levels that protobuf decoders take");
  }
  ++level_;
  return true;
}

bool JsonWalk::Enter(const WireTag& tag, WireBuffer::Nested* nested) {
  if (!Descend()) return false;
  *nested = wire_.Open(tag);
  return true;
}

void JsonWalk::Leave(const WireBuffer::Nested& nested) {
  wire_.Close(nested);
  --level_;
}

}  // namespace gateway
