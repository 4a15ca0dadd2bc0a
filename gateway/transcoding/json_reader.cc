#include "gateway/transcoding/json_reader.h"
namespace gateway {
class JsonReader::Impl {};
JsonReader::JsonReader(const google::protobuf::Descriptor*) {}
JsonReader::JsonReader(const google::protobuf::FieldDescriptor*) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;
Result<std::string> JsonReader::Read(std::string_view, const JsonReadOptions&) const {
  return Error(grpc::StatusCode::UNIMPLEMENTED, "");
}
}  // namespace gateway
