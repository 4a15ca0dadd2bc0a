#include "tests/conformance/testee.h"

#include "gateway/json/json_writer.h"

namespace gateway {
namespace {

using conformance::ConformanceRequest;
using conformance::ConformanceResponse;

bool IsOurs(const ConformanceRequest& request) {
  const bool is_read = request.has_protobuf_payload() || request.has_json_payload();
  const auto format = request.requested_output_format();
  return is_read && (format == conformance::PROTOBUF || format == conformance::JSON);
}

ConformanceResponse Skipped(const std::string& reason) {
  ConformanceResponse response;
  response.set_skipped(reason);
  return response;
}

}  // namespace

ConformanceResponse Testee::Answer(const ConformanceRequest& request) {
  ConformanceResponse response;
  if (request.message_type() == conformance::FailureSet::descriptor()->full_name()) {
    response.set_protobuf_payload(conformance::FailureSet().SerializeAsString());
    return response;
  }
  if (!IsOurs(request)) return Skipped("neither JSON nor protobuf");
  const Descriptor* const type = source_.pool().FindMessageTypeByName(request.message_type());
  if (type == nullptr) return Skipped("no descriptor set has " + request.message_type());
  return Convert(request, *type);
}

ConformanceResponse Testee::Convert(const ConformanceRequest& request, const Descriptor& type) {
  ConformanceResponse response;
  auto wire = ToWire(request, type);
  const std::unique_ptr<google::protobuf::Message> message(source_.Prototype(&type)->New());
  if (!wire.has_value()) {
    response.set_parse_error(wire.error().error_message());
  } else if (!message->ParseFromString(*wire)) {
    // What our reader wrote must be readable.
    const std::string error = "no wire bytes of " + std::string(type.full_name());
    request.has_json_payload() ? response.set_runtime_error(error)
                               : response.set_parse_error(error);
  } else if (request.requested_output_format() == conformance::JSON) {
    auto json = WriteJson(*message, tables_);
    json.has_value() ? response.set_json_payload(*std::move(json))
                     : response.set_serialize_error(json.error().ToStatus().error_message());
  } else {
    response.set_protobuf_payload(request.has_json_payload() ? *std::move(wire)
                                                             : message->SerializeAsString());
  }
  return response;
}

Result<std::string> Testee::ToWire(const ConformanceRequest& request, const Descriptor& type) {
  if (!request.has_json_payload()) return request.protobuf_payload();
  // An upstream's JSON, or a person's.
  JsonReadOptions options;
  if (request.test_category() != conformance::JSON_IGNORE_UNKNOWN_PARSING_TEST) {
    options = JsonReadOptions::Strict();
  }
  return JsonReader(type, tables_).Read(request.json_payload(), options);
}

}  // namespace gateway
