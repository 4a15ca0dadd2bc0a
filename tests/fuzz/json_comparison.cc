#include "tests/fuzz/json_comparison.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <vector>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// Of the field, however it is spelled: fooBar is foo_bar.
std::string FieldOf(const std::string& member) {
  std::string field = ToLower(member);
  std::erase(field, '_');
  return field;
}

// Also true if nlohmann's parser, the third one here, refuses the document.
bool HasMembersTwice(const std::string& text) {
  using nlohmann::json;
  std::vector<std::set<std::string>> objects;
  bool twice = false;
  const auto watch = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) objects.emplace_back();
    if (event == json::parse_event_t::object_end) objects.pop_back();
    if (event == json::parse_event_t::key) {
      twice |= !objects.back().insert(FieldOf(parsed.get<std::string>())).second;
    }
    return true;
  };
  return json::parse(text, watch, false).is_discarded() || twice;
}

std::string Serialized(const pb::Message& message) {
  std::string bytes;
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// Goes through a message, and on into what its Anys hold.
class Canon {
 public:
  explicit Canon(bool leave_out_differences) : leave_out_differences_(leave_out_differences) {}

  [[nodiscard]] std::string Of(const pb::Message& message) const {
    const std::unique_ptr<pb::Message> copy(message.New());
    copy->CopyFrom(message);
    Visit(copy.get());
    return Serialized(*copy);
  }

 private:
  void Visit(pb::Message* message) const {
    if (leave_out_differences_ && message->GetTypeName() == "google.protobuf.FieldMask") {
      return message->Clear();
    }
    if (auto* any = dynamic_cast<pb::Any*>(message)) return VisitAny(any);
    std::vector<const pb::FieldDescriptor*> fields;
    message->GetReflection()->ListFields(*message, &fields);
    for (const pb::FieldDescriptor* field : fields) VisitField(*field, message);
  }

  void VisitAny(pb::Any* any) const {
    const std::string type_name = any->type_url().substr(any->type_url().rfind('/') + 1);
    const pb::Descriptor* type =
        pb::DescriptorPool::generated_pool()->FindMessageTypeByName(type_name);
    if (type == nullptr) return;
    const std::unique_ptr<pb::Message> message(
        pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
    if (message->ParsePartialFromString(any->value())) any->set_value(Of(*message));
  }

  void VisitField(const pb::FieldDescriptor& field, pb::Message* message) const {
    const pb::Reflection& reflection = *message->GetReflection();
    const pb::FieldDescriptor& value = field.is_map() ? *field.message_type()->field(1) : field;
    if (leave_out_differences_ && value.enum_type() != nullptr) {
      return reflection.ClearField(message, &field);
    }
    if (value.enum_type() == pb::GetEnumDescriptor<pb::NullValue>()) {
      return VisitNulls(field, message);
    }
    if (field.message_type() == nullptr) return;
    if (!field.is_repeated()) return Visit(reflection.MutableMessage(message, &field));
    for (int i = 0; i < reflection.FieldSize(*message, &field); ++i) {
      Visit(reflection.MutableRepeatedMessage(message, &field, i));
    }
  }

  // Whatever its number: in JSON each is `null`.
  static void VisitNulls(const pb::FieldDescriptor& field, pb::Message* message) {
    const pb::Reflection& reflection = *message->GetReflection();
    if (field.is_map()) return reflection.ClearField(message, &field);
    if (!field.is_repeated()) return reflection.SetEnumValue(message, &field, 0);
    for (int i = 0; i < reflection.FieldSize(*message, &field); ++i) {
      reflection.SetRepeatedEnumValue(message, &field, i, 0);
    }
  }

  bool leave_out_differences_;
};

}  // namespace

bool IsReadOtherwise(const std::string& json) {
  static const std::regex& whole_negative_zero = *new std::regex("-0(?![.eE])");
  return std::regex_search(json, whole_negative_zero) || HasMembersTwice(json);
}

std::string Canonical(const pb::Message& message) { return Canon(false).Of(message); }

std::string Comparable(const pb::Message& message) { return Canon(true).Of(message); }

}  // namespace gateway
