// A line with the name of a binding, then a request of its type: text format or wire bytes.

#include <google/api/annotations.pb.h>
#include <google/api/httpbody.pb.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <map>
#include <memory>

#include "gateway/base/header_policy.h"
#include "gateway/json/json_reader.h"
#include "gateway/transcoding/request_binding.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/silent_parsing.h"
#include "tests/fuzz/uri_syntax.h"
#include "tests/json/generated_tables.h"
#include "tests/transcoding/library.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
namespace library = testing::library::v1;

struct Subject {
  const pb::Descriptor& type;
  RequestBinding binding;
  // Of the JSON body; null if the body is none, or no JSON.
  std::unique_ptr<JsonReader> body;
};

bool IsRaw(const pb::Descriptor* type) { return type == google::api::HttpBody::descriptor(); }

std::unique_ptr<JsonReader> ReaderOf(const std::string& body, const pb::Descriptor& type) {
  if (body.empty() || IsRaw(&type)) return nullptr;
  if (body == "*") return std::make_unique<JsonReader>(type, GeneratedTables());
  const pb::FieldDescriptor* const field = type.FindFieldByName(body);
  return IsRaw(field->message_type()) ? nullptr
                                      : std::make_unique<JsonReader>(*field, GeneratedTables());
}

using Subjects = std::map<std::string, Subject, std::less<>>;

void Add(const std::string& name, const google::api::HttpRule& rule, const pb::Descriptor& type,
         Subjects& subjects) {
  auto binding = RequestBinding::Compile(rule, type, GeneratedTables());
  if (binding) {
    subjects.emplace(name, Subject{type, *std::move(binding), ReaderOf(rule.body(), type)});
  }
}

// The methods of the test API, and a path variable of each type.
Subjects MakeSubjects() {
  Subjects subjects;
  const pb::FileDescriptor& file = *library::Book::descriptor()->file();
  const pb::ServiceDescriptor& service = *file.FindServiceByName("Library");
  for (int i = 0; i < service.method_count(); ++i) {
    const pb::MethodDescriptor& method = *service.method(i);
    Add(method.name(), method.options().GetExtension(google::api::http), *method.input_type(),
        subjects);
  }
  const pb::Descriptor& variables = *library::Variables::descriptor();
  for (int i = 0; i < variables.field_count(); ++i) {
    google::api::HttpRule rule;
    rule.set_post("/v1/{" + variables.field(i)->name() + "}/x:act");
    rule.set_body("*");
    Add(variables.field(i)->name(), rule, variables, subjects);
  }
  Expect(subjects.size() == 11 + 13, "the fixture's rules compile");
  return subjects;
}

void CheckUrl(const std::string& url) {
  Expect(url.size() <= RequestBinding::kMaxUrlBytes, "a URL is within its limit");
  std::string_view query = url;
  const std::string_view path = TakeUntil('?', query);
  SegmentsOf(path);
  Expect(IsUriText(query, "/?"), "a query holds characters of RFC 3986 only", url);
  if (url.find('?') == std::string::npos) return;
  for (const std::string& parameter : SplitAt('&', query)) {
    Expect(UriDecoded(parameter).has_value(), "escapes have two hexadecimal digits", url);
    const auto equals = std::ranges::count(parameter, '=');
    Expect(equals == 1 && !parameter.starts_with('='), "a parameter is name=value", url);
  }
}

void CheckBody(const Subject& subject, const HttpRequest& request) {
  for (const Header& header : request.headers) {
    Expect(IsHeaderName(header.name) && IsHeaderValue(header.value), "headers are legal",
           header.value);
  }
  Expect(request.headers.size() == (request.body ? 1U : 0U), "a body has its type, and only it");
  if (!subject.body) return;
  Expect(request.body.has_value(), "the rule's body is there");
  const auto read =
      subject.body->Read(*request.body, {.unknown = JsonReadOptions::Unknown::kReject});
  Expect(read.has_value(), "a body is JSON of its type", *request.body);
}

// A fault of the request, told with violations.
void CheckRefusal(const grpc::Status& refusal) {
  google::rpc::Status status;
  google::rpc::BadRequest details;
  Expect(refusal.error_code() == grpc::StatusCode::INVALID_ARGUMENT, "a refusal's code",
         refusal.error_message());
  Expect(status.ParseFromString(refusal.error_details()) && status.details_size() == 1 &&
             status.details(0).UnpackTo(&details) && details.field_violations_size() > 0,
         "a refusal has violations", refusal.error_message());
}

void Fuzz(std::string_view input) {
  static const Subjects& subjects = *new Subjects(MakeSubjects());
  static SilentParsing& silent = *new SilentParsing();
  const auto subject = subjects.find(TakeUntil('\n', input));
  if (subject == subjects.end()) return;
  const std::unique_ptr<pb::Message> request(
      pb::MessageFactory::generated_factory()->GetPrototype(&subject->second.type)->New());
  if (!silent.Parse(input, *request)) return;
  const Result<HttpRequest> bound = subject->second.binding.Bind(*request);
  if (!bound) return CheckRefusal(bound.error());
  Expect(bound->verb == subject->second.binding.verb(), "the verb is the rule's");
  CheckUrl(bound->url);
  CheckBody(subject->second, *bound);
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gateway::Fuzz(gateway::Text(data, size));
  return 0;
}
