// Lines of `name: value`, as a caller's metadata, an upstream's headers and an operator's --header.

#include <grpc/grpc.h>

#include <algorithm>
#include <set>

#include "gateway/base/ascii.h"
#include "gateway/base/header_policy.h"
#include "gateway/serving/request_headers.h"
#include "tests/fuzz/fuzz_input.h"

namespace gateway {
namespace {

grpc_slice Slice(std::string_view text) {
  return grpc_slice_from_static_buffer(text.data(), text.size());
}

// By gRPC's own word: it aborts the process on what is not.
bool IsLegalMetadata(std::string_view name, std::string_view value) {
  return grpc_header_key_is_legal(Slice(name)) != 0 && grpc_is_binary_header(Slice(name)) == 0 &&
         grpc_header_nonbin_value_is_legal(Slice(value)) != 0;
}

bool IsLegalHeader(const Header& header) {
  return IsHeaderName(header.name) && IsHeaderValue(header.value);
}

bool IsHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void CheckMetadata(const Header& given) {
  const auto checked = ToMetadata(given.name, given.value);
  if (checked) {
    Expect(IsLegalMetadata(checked->name, checked->value), "what passes is legal metadata");
    Expect(IsLegalHeader(*checked), "what passes is a legal header");
    Expect(checked->name == ToLower(given.name) && checked->value == given.value,
           "what passes is what came");
    Expect(checked->value.size() <= kMaxMetadataValueBytes, "what passes is within its limit");
  }
  if (!MayReturnHeader(given.name)) return;
  Expect(IsLegalMetadata(given.name, ""), "a returnable name is legal", given.name);
  Expect(!given.name.starts_with("grpc-") && !given.name.starts_with("x-gateway-"),
         "a returnable name is none of gRPC's or ours", given.name);
}

TraceContext CheckedTrace(std::optional<std::string_view> given) {
  TraceContext trace = TraceContext::FromCaller(given);
  const std::string parent = trace.Traceparent();
  Expect(parent.size() == 55 && parent.starts_with("00-") && parent[35] == '-' &&
             parent[52] == '-' && parent[53] == '0',
         "a traceparent has its form", parent);
  for (const auto& [begin, size] : {std::pair{3, 32}, {36, 16}}) {
    const std::string id = parent.substr(static_cast<std::size_t>(begin), std::size_t(size));
    Expect(IsHex(id) && id.find_first_not_of('0') != std::string::npos, "an id is not zero", id);
  }
  Expect(parent.substr(3, 32) == trace.trace_id(), "the trace id is what goes upstream", parent);
  Expect(!trace.continued() || given->substr(3, 32) == trace.trace_id(),
         "a trace that goes on keeps its id", parent);
  return trace;
}

// What a start with this name in --forward-metadata would say.
bool MayBeForwarded(const std::string& name) {
  Config config;
  config.forward_metadata = {name};
  return RequestHeaders::Compile({}, config, nullptr).has_value();
}

void CheckForwarding(const Headers& given) {
  Config config;
  CallerMetadata metadata;
  for (const Header& header : given) {
    metadata.emplace(header.name, header.value);
    if (MayBeForwarded(header.name)) config.forward_metadata.push_back(header.name);
  }
  static const Authorization& key = *new Authorization("Bearer secret");
  config.auth = FindMetadata(metadata, "authorization") ? Auth::kCaller : Auth::kGateway;
  v1::Upstream upstream;
  auto& version = *upstream.add_headers();
  version.set_name("x-api-version");
  version.set_caller_may_override(true);
  const auto headers = RequestHeaders::Compile(upstream, config, &key);
  Expect(headers.has_value(), "names that are valid alone are valid together");
  const auto sent = headers->For(metadata, CheckedTrace(FindMetadata(metadata, "traceparent")));
  if (!sent) {
    Expect(sent.error().error_code() == grpc::StatusCode::INVALID_ARGUMENT ||
               sent.error().error_code() == grpc::StatusCode::UNAUTHENTICATED,
           "a refusal's code", sent.error().error_message());
    return;
  }
  std::set<std::string> names;
  for (const Header& header : *sent) {
    Expect(IsLegalHeader(header), "what is sent is legal", header.name);
    Expect(names.insert(ToLower(header.name)).second, "no header is sent twice", header.name);
  }
  for (const char* own : {"authorization", "user-agent", "accept", "traceparent"}) {
    Expect(names.contains(own), "the gateway's own headers are there", own);
  }
}

void CheckOperatorsHeaders(const Headers& given) {
  Config config;
  config.headers = given;
  const auto headers = RequestHeaders::Compile({}, config, nullptr);
  if (!headers) return;
  const auto sent = headers->For({{"authorization", "Bearer c"}}, TraceContext::FromCaller({}));
  Expect(sent.has_value() && std::ranges::all_of(*sent, IsLegalHeader),
         "an operator's valid headers are legal");
}

void Fuzz(std::string_view input) {
  const Headers given = TakeHeaders(input);
  for (const Header& header : given) {
    CheckMetadata(header);
    CheckedTrace(header.value);
  }
  CheckForwarding(given);
  CheckOperatorsHeaders(given);
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gateway::Fuzz(gateway::Text(data, size));
  return 0;
}
