#include "gateway/cli/call_command.h"

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

#include "gateway/cli/client_channel.h"
#include "gateway/cli/status_text.h"
#include "gateway/descriptors/descriptor_source.h"
#include "gateway/json/json_reader.h"
#include "gateway/json/json_writer.h"

namespace gateway {
namespace {

using google::protobuf::MethodDescriptor;

constexpr int kIndent = 2;

std::string NameOf(const MethodDescriptor& method) {
  return fmt::format("{}/{}", method.service()->full_name(), method.name());
}

/// The unary method of that name. The error lists the names that there are.
tl::expected<const MethodDescriptor*, std::string> FindMethod(const DescriptorSource& source,
                                                              const std::string& name) {
  std::string known;
  for (const auto* const service : source.services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (method.client_streaming() || method.server_streaming()) continue;
      if (NameOf(method) == name) return &method;
      known += "  " + NameOf(method) + "\n";
    }
  }
  return tl::unexpected("there is no unary method of that name; there are\n" + known);
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) bytes.append(slice.begin(), slice.end());
  return bytes;
}

/// The response's bytes.
Result<std::string> CallUnary(const ClientConfig& client,
                              const std::shared_ptr<grpc::Channel>& channel,
                              const std::string& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + client.timeout);
  for (const auto& [name, value] : client.metadata) context.AddMetadata(name, value);

  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, "/" + client.method, ToBuffer(request), &queue);
  grpc::ByteBuffer response;
  grpc::Status status;
  call->StartCall();
  call->Finish(&response, &status, /*tag=*/nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return tl::unexpected(status);
  return ToString(response);
}

/// Indented JSON of a message's wire bytes.
Result<std::string> ToJson(const google::protobuf::Message& prototype, const std::string& bytes,
                           const JsonTables& tables) {
  const std::unique_ptr<google::protobuf::Message> message(prototype.New());
  if (!message->ParseFromString(bytes)) {
    return Error(
        grpc::StatusCode::INTERNAL,
        "the response is not a valid " + std::string(prototype.GetDescriptor()->full_name()));
  }
  const auto json = WriteJson(*message, tables);
  if (!json) return tl::unexpected(json.error().ToStatus());
  // The order of the fields is the proto's.
  return nlohmann::ordered_json::parse(*json).dump(kIndent);
}

}  // namespace

int RunCall(const ClientConfig& client, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto source = DescriptorSource::Load(client.descriptor_sets);
  if (!source->errors().empty()) {
    err << ErrorLines(source->errors());
    return kBadInput;
  }
  const auto found = FindMethod(*source, client.method);
  if (!found) {
    err << found.error();
    return kBadInput;
  }
  const MethodDescriptor* const method = *found;

  const std::string json =
      client.json == "-" ? std::string(std::istreambuf_iterator<char>(in), {}) : client.json;
  // A mistyped or repeated name is an error, not skipped.
  const JsonTables tables(source->pool());
  const auto request =
      JsonReader(*method->input_type(), tables).Read(json, JsonReadOptions::Strict());
  if (!request) {
    err << "the request is not a valid " << method->input_type()->full_name() << ": "
        << request.error().error_message() << "\n";
    return kBadInput;
  }
  const auto channel = OpenChannelTo(client);
  if (!channel) {
    err << ErrorLines(channel.error());
    return kBadInput;
  }
  const auto response =
      CallUnary(client, *channel, *request).and_then([&](const std::string& bytes) {
        return ToJson(*source->Prototype(method->output_type()), bytes, tables);
      });
  if (!response) {
    err << StatusText(response.error());
    return kCallFailed;
  }
  out << *response << "\n";
  return 0;
}

}  // namespace gateway
