#include "gateway/transcoding/json_writer.h"
namespace gateway {
namespace pb = google::protobuf;
Result<std::string> WriteJson(const pb::Message&, const std::vector<FieldPath>&) {
  return Error(grpc::StatusCode::UNIMPLEMENTED, "");
}
Result<std::string> WriteJsonField(const pb::Message&, const pb::FieldDescriptor&) {
  return Error(grpc::StatusCode::UNIMPLEMENTED, "");
}
Result<std::string> WritePlainText(const pb::Message&, const pb::FieldDescriptor&, int) {
  return Error(grpc::StatusCode::UNIMPLEMENTED, "");
}
bool HasPlainText(const pb::FieldDescriptor&) { return false; }
}  // namespace gateway
