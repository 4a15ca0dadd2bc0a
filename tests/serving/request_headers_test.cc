#include "gateway/serving/request_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/version.h"

namespace gateway {
namespace {

using testing::HasSubstr;

v1::Upstream Options() {
  v1::Upstream upstream;
  auto& version = *upstream.add_headers();
  version.set_name("x-api-version");
  version.set_value("2026-02-09");
  version.set_flag("api-version");
  version.set_caller_may_override(true);
  auto& workspace = *upstream.add_headers();
  workspace.set_name("x-workspace");
  workspace.set_flag("workspace-id");
  return upstream;
}

Errors ErrorsOf(const Config& config) {
  const auto headers = RequestHeaders::Compile(Options(), config, nullptr);
  return headers ? Errors{} : headers.error();
}

/// The headers of a call with this metadata, with a valid configuration.
Result<Headers> HeadersFor(const CallerMetadata& metadata, const Config& config = {},
                           const Authorization* key = nullptr) {
  const auto headers = RequestHeaders::Compile(Options(), config, key);
  if (!headers) return Error(grpc::StatusCode::UNKNOWN, headers.error().front());
  return headers->For(metadata, TraceContext::FromCaller(FindMetadata(metadata, "traceparent")));
}

std::string Value(const Result<Headers>& headers, std::string_view name) {
  if (!headers) return "error: " + headers.error().error_message();
  const std::string* value = FindHeader(*headers, name);
  return value == nullptr ? "none" : *value;
}

const std::pair<const grpc::string_ref, grpc::string_ref> kToken = {"authorization", "Bearer c"};
constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(RequestHeaders, NameTheGatewayAndAskForJson) {
  const auto headers = HeadersFor({kToken});
  EXPECT_EQ(Value(headers, "user-agent"), "extend-gateway/" + std::string(Version()));
  EXPECT_EQ(Value(headers, "accept"), "application/json");
}

TEST(RequestHeaders, CallersTokenIsForwardedWithAuthCaller) {
  EXPECT_EQ(Value(HeadersFor({kToken}), "authorization"), "Bearer c");
}

TEST(RequestHeaders, CallWithoutTokenIsUnauthenticatedWithAuthCaller) {
  for (const CallerMetadata& metadata : {CallerMetadata{}, CallerMetadata{{"authorization", ""}},
                                         CallerMetadata{{"authorization", "  "}}}) {
    const auto headers = HeadersFor(metadata);
    ASSERT_FALSE(headers);
    EXPECT_EQ(headers.error().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
}

TEST(RequestHeaders, GatewaysKeyReplacesTheCallersTokenWithAuthGateway) {
  Config config;
  config.auth = Auth::kGateway;
  const Authorization key("Bearer ours");
  EXPECT_EQ(Value(HeadersFor({kToken}, config, &key), "authorization"), "Bearer ours");
  EXPECT_EQ(Value(HeadersFor({}, config, &key), "authorization"), "Bearer ours");
}

TEST(RequestHeaders, DefaultsAreTheCallersElseTheFlagsElseTheOptions) {
  Config config;
  EXPECT_EQ(Value(HeadersFor({kToken}, config), "x-api-version"), "2026-02-09");
  config.api_version = "2027-01-01";
  EXPECT_EQ(Value(HeadersFor({kToken}, config), "x-api-version"), "2027-01-01");
  EXPECT_EQ(Value(HeadersFor({kToken, {"x-api-version", "2028"}}, config), "x-api-version"),
            "2028");
}

TEST(RequestHeaders, CallerOverridesOnlyWhatItMay) {
  Config config;
  const CallerMetadata metadata = {kToken, {"x-workspace", "theirs"}};
  EXPECT_EQ(Value(HeadersFor(metadata, config), "x-workspace"), "none");
  config.workspace_id = "ws_1";
  EXPECT_EQ(Value(HeadersFor(metadata, config), "x-workspace"), "ws_1");
}

TEST(RequestHeaders, OperatorsHeaderReplacesAnOptionsDefault) {
  Config config;
  config.headers = {{"X-Api-Version", "fixed"}, {"X-More", "1"}};
  const auto headers = HeadersFor({kToken, {"x-api-version", "2028"}}, config);
  EXPECT_EQ(Value(headers, "x-api-version"), "fixed");
  EXPECT_EQ(Value(headers, "x-more"), "1");
}

TEST(RequestHeaders, OnlyNamedMetadataIsForwarded) {
  Config config;
  config.forward_metadata = {"x-tenant"};
  const auto headers = HeadersFor({kToken,
                                   {"x-request-id", "r1"},
                                   {"x-tenant", "t1"},
                                   {"cookie", "c"},
                                   {"x-other", "o"},
                                   {"token-bin", "b"},
                                   {"host", "h"}},
                                  config);
  EXPECT_EQ(Value(headers, "x-request-id"), "r1");
  EXPECT_EQ(Value(headers, "x-tenant"), "t1");
  for (const char* name : {"cookie", "x-other", "token-bin", "host"}) {
    EXPECT_EQ(Value(headers, name), "none") << name;
  }
}

TEST(RequestHeaders, RepeatedKeysAreJoinedWhereTheyAreListsAndElseTheFirstCounts) {
  const auto headers = HeadersFor({kToken,
                                   {"traceparent", kTraceparent},
                                   {"tracestate", "a=1"},
                                   {"tracestate", "b=2"},
                                   {"baggage", "x=1"},
                                   {"baggage", "y=2"},
                                   {"x-request-id", "first"},
                                   {"x-request-id", "second"}});
  EXPECT_EQ(Value(headers, "tracestate"), "a=1,b=2");
  EXPECT_EQ(Value(headers, "baggage"), "x=1,y=2");
  EXPECT_EQ(Value(headers, "x-request-id"), "first");
}

TEST(RequestHeaders, TracestateWithoutItsTraceIsNotForwarded) {
  EXPECT_EQ(Value(HeadersFor({kToken, {"tracestate", "a=1"}}), "tracestate"), "none");
  EXPECT_EQ(Value(HeadersFor({kToken, {"traceparent", "x"}, {"tracestate", "a=1"}}), "tracestate"),
            "none");
}

TEST(RequestHeaders, IllegalValueIsTheCallersErrorAndIsNotRepeated) {
  for (const char* name : {"authorization", "x-api-version", "x-request-id", "baggage"}) {
    CallerMetadata metadata = {{name, "evil\r\nX-Injected: 1"}};
    if (std::string_view(name) != "authorization") metadata.insert(kToken);
    const auto headers = HeadersFor(metadata);
    ASSERT_FALSE(headers) << name;
    EXPECT_EQ(headers.error().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(headers.error().error_message(), HasSubstr(name));
    EXPECT_THAT(headers.error().error_message(), testing::Not(HasSubstr("evil")));
  }
}

TEST(RequestHeaders, ValueOverTheLimitIsTheCallersError) {
  const std::string longest(16 << 10, 'a');
  EXPECT_EQ(Value(HeadersFor({kToken, {"x-request-id", longest}}), "x-request-id"), longest);
  const std::string too_long = longest + "a";
  EXPECT_THAT(Value(HeadersFor({kToken, {"x-request-id", too_long}}), "x-request-id"),
              HasSubstr("longer than 16384 bytes"));
}

TEST(RequestHeaders, NamesThatTheGatewaySetsItselfAreErrors) {
  for (const std::string name : {"Host", "content-length", "Authorization", "traceparent", "a b"}) {
    Config config;
    config.headers = {{name, "v"}};
    config.forward_metadata = {name};
    EXPECT_EQ(ErrorsOf(config).size(), 2U) << name;
  }
}

}  // namespace
}  // namespace gateway
