// A FileDescriptorSet, in text format or as wire bytes. What it may import is there too.

#include <google/api/httpbody.pb.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <set>

#include "gateway/cli/status_text.h"
#include "gateway/descriptors/descriptor_index.h"
#include "gateway/descriptors/descriptor_source.h"
#include "gateway/transcoding/route_table.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/silent_parsing.h"
#include "tests/transcoding/all_types.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

void AddWithImports(const pb::FileDescriptor& file, std::set<const pb::FileDescriptor*>& seen,
                    pb::FileDescriptorSet& set) {
  if (!seen.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddWithImports(*file.dependency(i), seen, set);
  file.CopyTo(set.add_file());
}

// What the set imports of our options and of the well-known types.
std::string ImportsOf(const pb::FileDescriptorSet& set) {
  // Of which the linker must not leave one out.
  static const pb::Descriptor* const linked[] = {testing::v1::AllTypes::descriptor(),
                                                 google::api::HttpBody::descriptor()};
  const pb::DescriptorPool& known = *linked[0]->file()->pool();
  pb::FileDescriptorSet imports;
  std::set<const pb::FileDescriptor*> seen;
  for (const pb::FileDescriptorProto& file : set.file()) {
    for (const std::string& name : file.dependency()) {
      const pb::FileDescriptor* const import = known.FindFileByName(name);
      if (import != nullptr) AddWithImports(*import, seen, imports);
    }
  }
  return imports.SerializeAsString();
}

// Sets what a request can be refused for leaving out, and messages within it.
void Fill(pb::Message& message, int depth) {
  const pb::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING && !field.is_repeated()) {
      reflection.SetString(&message, &field, "x");
    } else if (field.message_type() != nullptr && depth > 0) {
      Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                               : *reflection.MutableMessage(&message, &field),
           depth - 1);
    }
  }
}

void CheckCall(const Route& route, const pb::Message& request) {
  const Result<HttpRequest> bound = route.request.Bind(request);
  Expect(bound || bound.error().error_code() == grpc::StatusCode::INVALID_ARGUMENT,
         "a request is bound, or refused as the caller's fault", route.grpc_path);
  if (bound) {
    Expect(bound->verb == route.request.verb() && bound->url.starts_with('/'),
           "a request has the rule's verb, and a path", bound->url);
  }
  for (const char* body :
       {"", "{}", "[]", "null", "0", "\"x\"", R"({"id":"","value":{},"m":[{}]})"}) {
    const HttpResponse answer{.status = 200, .headers = {}, .body = body};
    const Result<std::string> read = route.response.Read(answer, {});
    Expect(read || read.error().error_code() == grpc::StatusCode::INTERNAL,
           "an answer is read, or is not the promised JSON", body);
    if (!route.reconcile) continue;
    HttpResponse shown = answer;
    const Resource resource = route.reconcile->Read(shown, route.response, {});
    Expect(resource.state_name.empty() == (resource.state == ResourceState::kUnknown),
           "a state that is known has a name", resource.state_name);
  }
}

void CheckReflection(const DescriptorSource& source) {
  const DescriptorIndex index(source.pool());
  for (const pb::ServiceDescriptor* service : source.services()) {
    const DescriptorIndex::File file = index.FileOfSymbol(service->full_name());
    Expect(file == service->file(), "reflection finds a service", service->full_name());
    Expect(!DescriptorIndex::WithImports(file).empty(), "reflection serves its file", file->name());
  }
}

void Fuzz(std::string_view input) {
  static SilentParsing& silent = *new SilentParsing();
  pb::FileDescriptorSet set;
  const std::string bytes =
      silent.Parse(input, set) ? set.SerializePartialAsString() : std::string(input);

  Errors faults;
  DescriptorFiles files;
  if (const std::string imports = ImportsOf(set); !imports.empty()) {
    faults = files.Add("imports", imports);
  }
  Append(faults, files.Add("input", bytes));
  const auto source = DescriptorSource::Build(files);
  Append(faults, source->errors());
  const RouteTable table = RouteTable::Compile(source->services());
  Append(faults, table.errors());
  for (const std::string& fault : faults) {
    Expect(ErrorLines({fault}).find('\n') == ErrorLines({fault}).size() - 1, "a fault is a line",
           fault);
  }
  if (!faults.empty()) return;
  CheckReflection(*source);
  for (const RoutedService& service : table.services()) {
    for (const Route& route : service.routes) {
      const std::unique_ptr<pb::Message> request(
          source->Prototype(route.method->input_type())->New());
      CheckCall(route, *request);
      constexpr int kDepth = 3;
      Fill(*request, kDepth);
      CheckCall(route, *request);
    }
  }
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gateway::Fuzz(gateway::Text(data, size));
  return 0;
}
