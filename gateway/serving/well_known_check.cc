#include "gateway/serving/well_known_check.h"

#include "gateway/transcoding/well_known.h"

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

}  // namespace

bool IsWhatItsNamePromises(const pb::Descriptor& message) {
  if (WellKnownType(message) == WellKnown::kNone) return true;
  // libprotobuf has them all.
  const pb::Descriptor& known =
      *pb::DescriptorPool::generated_pool()->FindMessageTypeByName(message.full_name());
  if (message.field_count() != known.field_count()) return false;
  for (int i = 0; i < known.field_count(); ++i) {
    if (!IsSame(*message.field(i), *known.field(i))) return false;
  }
  return true;
}

}  // namespace gateway
