#include "gateway/json/json_tables.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <string>
#include <utility>

#include "gateway/base/mutex.h"
#include "gateway/json/enum_names.h"
#include "gateway/json/field_path.h"
#include "gateway/json/protobuf_library.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

enum class WireType : std::uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kLengthDelimited = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5,
};

WireTag MakeTag(const pb::FieldDescriptor& field, WireType type) {
  WireTag tag;
  std::uint32_t value =
      static_cast<std::uint32_t>(field.number()) << 3 | static_cast<std::uint32_t>(type);
  for (; value >= 0x80; value >>= 7) tag.bytes[tag.size++] = static_cast<char>(value | 0x80);
  tag.bytes[tag.size++] = static_cast<char>(value);
  return tag;
}

WireType WireTypeOf(const pb::FieldDescriptor& field) {
  switch (field.type()) {
    case pb::FieldDescriptor::TYPE_DOUBLE:
    case pb::FieldDescriptor::TYPE_FIXED64:
    case pb::FieldDescriptor::TYPE_SFIXED64:
      return WireType::kFixed64;
    case pb::FieldDescriptor::TYPE_FLOAT:
    case pb::FieldDescriptor::TYPE_FIXED32:
    case pb::FieldDescriptor::TYPE_SFIXED32:
      return WireType::kFixed32;
    case pb::FieldDescriptor::TYPE_STRING:
    case pb::FieldDescriptor::TYPE_BYTES:
    case pb::FieldDescriptor::TYPE_MESSAGE:
      return WireType::kLengthDelimited;
    case pb::FieldDescriptor::TYPE_GROUP:
      return WireType::kStartGroup;
    default:
      return WireType::kVarint;
  }
}

constexpr std::uint32_t kBitsPerWord = 64;

FieldTable::Bit MakeBit(std::uint32_t index) {
  return {index / kBitsPerWord, std::uint64_t{1} << index % kBitsPerWord};
}

FieldTable::Shape ShapeOf(const pb::FieldDescriptor& field) {
  if (field.is_map()) return FieldTable::Shape::kMap;
  if (field.is_packed()) return FieldTable::Shape::kPacked;
  return field.is_repeated() ? FieldTable::Shape::kRepeated : FieldTable::Shape::kSingular;
}

// The fields in order of declaration, then the extensions.
std::vector<const pb::FieldDescriptor*> FieldsOf(const pb::Descriptor& type) {
  std::vector<const pb::FieldDescriptor*> fields;
  type.file()->pool()->FindAllExtensions(&type, &fields);
  for (int i = type.field_count() - 1; i >= 0; --i) fields.insert(fields.begin(), type.field(i));
  return fields;
}

// The types that details of errors are of.
const pb::Descriptor* FindErrorType(const std::string& name) {
  for (const pb::Descriptor* file_of :
       {google::rpc::Status::descriptor(), google::rpc::ErrorInfo::descriptor()}) {
    const pb::Descriptor* const type = file_of->file()->pool()->FindMessageTypeByName(name);
    if (type != nullptr) return type;
  }
  return nullptr;
}

}  // namespace

const MessageTable& JsonTables::MessageOf(const pb::Descriptor& message) const {
  {
    const ReaderMutexLock lock(&mutex_);
    const auto known = messages_.find(&message);
    if (known != messages_.end()) return *known->second;
  }
  const MutexLock lock(&mutex_);
  const MessageTable& table = Find(message);
  while (!pending_.empty()) {
    MessageTable* const next = pending_.back();
    pending_.pop_back();
    CompileMessage(*next);
  }
  return table;
}

const EnumTable& JsonTables::EnumOf(const pb::EnumDescriptor& type) const {
  {
    const ReaderMutexLock lock(&mutex_);
    const auto known = enums_.find(&type);
    if (known != enums_.end()) return *known->second;
  }
  const MutexLock lock(&mutex_);
  return Find(type);
}

const pb::Descriptor* JsonTables::FindAnyType(std::string_view url) const {
  const std::size_t slash = url.rfind('/');
  if (slash == std::string_view::npos) return nullptr;
  const std::string name(url.substr(slash + 1));
  const pb::Descriptor* const type = pool_.FindMessageTypeByName(name);
  return type == nullptr && name.starts_with("google.rpc.") ? FindErrorType(name) : type;
}

std::size_t JsonTables::message_count() const {
  const ReaderMutexLock lock(&mutex_);
  return messages_.size();
}

MessageTable& JsonTables::Find(const pb::Descriptor& message) const {
  std::unique_ptr<MessageTable>& table = messages_[&message];
  if (table == nullptr) {
    table = std::make_unique<MessageTable>();
    table->type = &message;
    pending_.push_back(table.get());
  }
  return *table;
}

const EnumTable& JsonTables::Find(const pb::EnumDescriptor& type) const {
  std::unique_ptr<EnumTable>& table = enums_[&type];
  if (table == nullptr) {
    const auto names = EnumJsonNames(type);
    const bool is_closed = IsClosed(type);
    table = std::make_unique<EnumTable>(EnumTable{
        &type, is_closed, NameTable<int>({names.begin(), names.end()}), WrittenEnumNames(type)});
  }
  return *table;
}

FieldTable JsonTables::CompileField(const pb::FieldDescriptor& field) const {
  FieldTable table;
  table.descriptor = &field;
  table.type = field.type();
  table.shape = ShapeOf(field);
  const bool packed = table.shape == FieldTable::Shape::kPacked;
  table.tag = MakeTag(field, packed ? WireType::kLengthDelimited : WireTypeOf(field));
  table.end_tag = MakeTag(field, WireType::kEndGroup);
  table.writes_zero =
      field.has_presence() || field.is_repeated() || field.containing_type()->options().map_entry();
  table.takes_null = IsNullValue(field);
  if (field.enum_type() != nullptr) table.enumeration = &Find(*field.enum_type());
  if (field.message_type() != nullptr) {
    table.message = &Find(*field.message_type());
    table.takes_null = WellKnownType(*field.message_type()) == WellKnown::kValue;
  }
  return table;
}

void JsonTables::CompileMessage(MessageTable& table) const {
  const pb::Descriptor& type = *table.type;
  table.well_known = WellKnownType(type);
  const auto fields = FieldsOf(type);
  const auto field_count = static_cast<std::uint32_t>(fields.size());
  table.fields.reserve(fields.size());
  std::vector<std::pair<std::string, std::uint32_t>> names;
  for (std::uint32_t i = 0; i < field_count; ++i) {
    const pb::FieldDescriptor& field = *fields[i];
    FieldTable compiled = CompileField(field);
    compiled.field_bit = MakeBit(i);
    if (const pb::OneofDescriptor* oneof = field.real_containing_oneof()) {
      compiled.oneof_bit = MakeBit(field_count + static_cast<std::uint32_t>(oneof->index()));
    }
    table.fields.push_back(compiled);
    names.emplace_back(JsonName(field), i);
  }
  // After the JSON names, which win where both claim a name.
  for (int i = 0; i < type.field_count(); ++i) {
    names.emplace_back(type.field(i)->name(), static_cast<std::uint32_t>(i));
  }
  table.names = NameTable<std::uint32_t>(names);
  for (std::uint32_t i = 0; i < field_count; ++i) {
    if (*table.names.Find(names[i].first) == i) table.fields[i].name.emplace(names[i].first);
  }
  const auto bits = field_count + static_cast<std::uint32_t>(type.real_oneof_decl_count());
  table.words = (bits + kBitsPerWord - 1) / kBitsPerWord;
}

}  // namespace gateway
