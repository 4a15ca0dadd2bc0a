#include "gateway/descriptors/well_known_check.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include "gateway/json/well_known.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

bool IsSame(const pb::FieldDescriptor& one, const pb::FieldDescriptor& other) {
  const auto name_of_message = [](const pb::FieldDescriptor& field) {
    return field.message_type() == nullptr ? "" : field.message_type()->full_name();
  };
  const auto oneof_of = [](const pb::FieldDescriptor& field) {
    return field.real_containing_oneof() == nullptr ? -1 : field.real_containing_oneof()->index();
  };
  return one.number() == other.number() && one.name() == other.name() &&
         one.type() == other.type() && one.label() == other.label() &&
         one.is_map() == other.is_map() && oneof_of(one) == oneof_of(other) &&
         name_of_message(one) == name_of_message(other);
}

// As libprotobuf has it. By class: linked statically, a program holds only the files that it names.
const pb::Descriptor* Original(const pb::Descriptor& message) {
  for (const pb::Descriptor* neighbour :
       {pb::Any::descriptor(), pb::Duration::descriptor(), pb::FieldMask::descriptor(),
        pb::Struct::descriptor(), pb::Timestamp::descriptor(), pb::DoubleValue::descriptor()}) {
    const pb::Descriptor* found = neighbour->file()->FindMessageTypeByName(message.name());
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace

bool IsWhatItsNamePromises(const pb::Descriptor& message) {
  if (WellKnownType(message) == WellKnown::kNone) return true;
  const pb::Descriptor* original = Original(message);
  if (original == nullptr || message.field_count() != original->field_count()) return false;
  for (int i = 0; i < original->field_count(); ++i) {
    if (!IsSame(*message.field(i), *original->field(i))) return false;
  }
  return true;
}

}  // namespace gateway
