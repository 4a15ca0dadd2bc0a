#include "gateway/descriptors/foreign_options.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/v1/annotations.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

bool IsForeign(const pb::FieldDescriptorProto& declared, const std::string& scope,
               const pb::FieldDescriptor& ours) {
  return declared.number() == ours.number() &&
         declared.extendee() == "." + ours.containing_type()->full_name() &&
         scope + declared.name() != ours.full_name();
}

// `scope`: of what is declared in it, with a dot behind.
template <class Scope>
bool DeclareForeign(const pb::RepeatedPtrField<pb::FieldDescriptorProto>& extensions,
                    const Scope& messages, const std::string& scope,
                    const pb::FieldDescriptor& ours) {
  return std::ranges::any_of(
             extensions, [&](const auto& declared) { return IsForeign(declared, scope, ours); }) ||
         std::ranges::any_of(messages, [&](const pb::DescriptorProto& message) {
           return DeclareForeign(message.extension(), message.nested_type(),
                                 scope + message.name() + ".", ours);
         });
}

bool DeclaresForeign(const pb::FileDescriptorProto& file, const pb::FieldDescriptor& ours) {
  const std::string scope = file.package().empty() ? "" : file.package() + ".";
  return DeclareForeign(file.extension(), file.message_type(), scope, ours);
}

// Wherever it is set within `message`.
void Drop(const pb::FieldDescriptor& option, pb::Message& message) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (message.GetDescriptor() == option.containing_type()) {
    reflection.MutableUnknownFields(&message)->DeleteByNumber(option.number());
  }
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      Drop(option, *reflection.MutableMessage(&message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      Drop(option, *reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
}

}  // namespace

void DropForeignOptions(pb::FileDescriptorSet& set) {
  const pb::FileDescriptor& annotations = *v1::Upstream::descriptor()->file();
  for (int i = 0; i < annotations.extension_count(); ++i) {
    const pb::FieldDescriptor& ours = *annotations.extension(i);
    const bool has_foreign = std::ranges::any_of(
        set.file(), [&](const auto& file) { return DeclaresForeign(file, ours); });
    if (has_foreign) Drop(ours, set);
  }
}

}  // namespace gateway
