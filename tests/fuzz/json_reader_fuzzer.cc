// A JSON document of AllTypes, read by us and by libprotobuf, which is a second implementation of
// ProtoJSON. Where both accept it, it is the same message, except for what Comparable leaves out.

#include <google/protobuf/any.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>

#include <memory>
#include <optional>

#include "gateway/transcoding/json_reader.h"
#include "gateway/transcoding/json_writer.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/silent_parsing.h"
#include "tests/transcoding/all_types.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using testing::v1::AllTypes;
using Unknown = JsonReadOptions::Unknown;

// Bytes compare what MessageDifferencer does not: NaN with NaN, 0 with -0.
std::string Canonical(const pb::Message& message) {
  std::string bytes;
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

void ClearEnums(pb::Message* message);

void ClearEnumsOf(const pb::FieldDescriptor& field, pb::Message* message) {
  const pb::Reflection& reflection = *message->GetReflection();
  const pb::FieldDescriptor& value = field.is_map() ? *field.message_type()->field(1) : field;
  if (value.enum_type() != nullptr) return reflection.ClearField(message, &field);
  if (field.message_type() == nullptr) return;
  if (!field.is_repeated()) return ClearEnums(reflection.MutableMessage(message, &field));
  for (int i = 0; i < reflection.FieldSize(*message, &field); ++i) {
    ClearEnums(reflection.MutableRepeatedMessage(message, &field, i));
  }
}

// libprotobuf does not know the short names of enum values.
void ClearEnums(pb::Message* message) {
  std::vector<const pb::FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);
  for (const pb::FieldDescriptor* field : fields) ClearEnumsOf(*field, message);
}

std::optional<AllTypes> TheirsReads(const std::string& json) {
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  AllTypes message;
  if (!pb::util::JsonStringToMessage(json, &message, options).ok()) return std::nullopt;
  return message;
}

void CheckRoundTrip(const JsonReader& reader, const AllTypes& message) {
  const auto json = WriteJson(message);
  Expect(json.has_value(), "what was read can be written", message.ShortDebugString());
  const auto read = reader.Read(*json, {.unknown = Unknown::kReject, .on_unknown_enum = {}});
  Expect(read.has_value(), "what was written can be read", *json);
  AllTypes again;
  Expect(again.ParseFromString(*read), "wire bytes parse", *json);
  Expect(Canonical(again) == Canonical(message), "written and read, it is the same", *json);
}

void Fuzz(std::string_view json) {
  static const JsonReader& reader = *new JsonReader(AllTypes::descriptor());
  static const SilentParsing silent;
  const auto strict = reader.Read(json, {.unknown = Unknown::kReject, .on_unknown_enum = {}});
  const auto wire = reader.Read(json, {.unknown = Unknown::kSkip, .on_unknown_enum = {}});
  Expect(!strict || (wire && *wire == *strict), "what is read strictly is read the same way");
  if (!wire) {
    return Expect(wire.error().error_code() == grpc::StatusCode::INVALID_ARGUMENT,
                  "a refusal's code", wire.error().error_message());
  }
  AllTypes ours;
  Expect(ours.ParseFromString(*wire), "wire bytes parse with a default decoder");
  CheckRoundTrip(reader, ours);
  auto theirs = TheirsReads(std::string(json));
  if (!theirs) return;
  ClearEnums(&ours);
  ClearEnums(&*theirs);
  Expect(Canonical(ours) == Canonical(*theirs), "both read the same message",
         ours.ShortDebugString() + "\n" + theirs->ShortDebugString());
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gateway::Fuzz(gateway::Text(data, size));
  return 0;
}
