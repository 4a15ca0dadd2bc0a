#include "gateway/transcoding/http_body.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>
#include <cstdint>

namespace gateway {
namespace {

namespace pb = google::protobuf;
using pb::internal::WireFormatLite;

constexpr int kContentType = 1;
constexpr int kData = 2;

bool IsSingular(const pb::FieldDescriptor* field, pb::FieldDescriptor::Type type) {
  return field != nullptr && field->type() == type && !field->is_repeated();
}

}  // namespace

bool IsHttpBody(const pb::Descriptor& message) {
  return message.full_name() == "google.api.HttpBody" &&
         IsSingular(message.FindFieldByNumber(kContentType), pb::FieldDescriptor::TYPE_STRING) &&
         IsSingular(message.FindFieldByNumber(kData), pb::FieldDescriptor::TYPE_BYTES);
}

HttpBodyParts ReadHttpBody(const pb::Message& message) {
  const pb::Descriptor& type = *message.GetDescriptor();
  const pb::Reflection& reflection = *message.GetReflection();
  return {.content_type = reflection.GetString(message, type.FindFieldByNumber(kContentType)),
          .data = reflection.GetString(message, type.FindFieldByNumber(kData))};
}

std::string HttpBodyWireBytes(std::string_view content_type, std::string_view data) {
  std::string wire;
  wire.reserve(content_type.size() + data.size() + 16);
  if (!content_type.empty()) AppendLengthDelimited(kContentType, content_type, wire);
  if (!data.empty()) AppendLengthDelimited(kData, data, wire);
  return wire;
}

void AppendLengthDelimited(int field_number, std::string_view value, std::string& wire) {
  std::array<std::uint8_t, 10> prefix{};
  std::uint8_t* end = pb::io::CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(field_number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED),
      prefix.data());
  end = pb::io::CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(value.size()),
                                                        end);
  wire.append(prefix.data(), end);
  wire.append(value);
}

}  // namespace gateway
