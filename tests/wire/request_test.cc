// What of a call reaches the upstream, whatever the caller sends.
#include <gmock/gmock.h>

#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

class RequestTest : public GatewayTest {
 protected:
  RequestTest() { AnswerAlways(200, R"({"id":"x"})"); }
  ReceivedRequest LastRequest() {
    EXPECT_FALSE(upstream.requests().empty());
    return upstream.requests().empty() ? ReceivedRequest() : upstream.requests().back();
  }
};

TEST_F(RequestTest, NoIdChangesThePath) {
  const std::pair<std::string, std::string> cases[] = {
      {"splr_1", "splr_1"},
      {"a/b", "a%2Fb"},
      {"a?b=c", "a%3Fb%3Dc"},
      {"a#b", "a%23b"},
      {"a%2Fb", "a%252Fb"},
      {"a b", "a%20b"},
      {"../x", "..%2Fx"},
      {"...", "..."},
      {"a\r\nX-Evil: 1", "a%0D%0AX-Evil%3A%201"},
      {"ä", "%C3%A4"},
      {"a+b&c;d", "a%2Bb%26c%3Bd"},
      {std::string("a\0b", 3), "a%00b"},
      {std::string(300, 'x'), std::string(300, 'x')},
  };
  for (const auto& [id, encoded] : cases) {
    EXPECT_TRUE(Cancel(id).status.ok()) << id;
    EXPECT_EQ(LastRequest().target, "/split_runs/" + encoded + "/cancel");
    EXPECT_FALSE(LastRequest().Has("x-evil"));
  }
}

TEST_F(RequestTest, IdThatIsNoSegmentIsRefusedAndNothingIsSent) {
  for (const std::string id : {"", ".", ".."}) {
    const auto answer = Cancel(id);
    EXPECT_EQ(answer.status.error_code(), StatusCode::INVALID_ARGUMENT) << id;
    const auto fault = DetailOf<google::rpc::BadRequest>(answer.status);
    ASSERT_TRUE(fault) << id;
    EXPECT_EQ(fault->field_violations(0).field(), "id");
    EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "GATEWAY_INVALID_REQUEST");
    EXPECT_EQ(ErrorInfoOf(answer.status).domain(), "api.extend.ai");
    EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "none");
  }
  EXPECT_EQ(upstream.counters().accepted, 0);
}

TEST_F(RequestTest, BaseUrlsPathIsAPrefix) {
  config.upstream_url += "/proxy/v1";
  EXPECT_TRUE(Cancel("a").status.ok());
  EXPECT_EQ(LastRequest().target, "/proxy/v1/split_runs/a/cancel");
}

TEST_F(RequestTest, QueryHoldsWhatIsSetOnly) {
  extend::v1::ListSplitRunsRequest request;
  EXPECT_TRUE(Call(&Stub::ListSplitRuns, request).status.ok());
  EXPECT_EQ(LastRequest().target, "/split_runs");
  request.set_status(extend::v1::RUN_STATUS_PROCESSING);
  request.set_next_page_token("a+b/c=:");
  request.set_max_page_size(0);
  EXPECT_TRUE(Call(&Stub::ListSplitRuns, request).status.ok());
  EXPECT_EQ(LastRequest().target,
            "/split_runs?status=PROCESSING&nextPageToken=a%2Bb%2Fc%3D%3A&maxPageSize=0");
}

TEST_F(RequestTest, GetAndDeleteHaveNoBody) {
  EXPECT_TRUE(Get().status.ok());
  EXPECT_FALSE(LastRequest().Has("content-length"));
  EXPECT_FALSE(LastRequest().Has("content-type"));
}

TEST_F(RequestTest, BodyIsJsonOfWhatIsSet) {
  extend::v1::CreateSplitRunRequest request;
  request.mutable_splitter()->set_id("spl_1");
  request.mutable_file()->set_url("https://files.example/a.pdf");
  (*request.mutable_metadata()->mutable_fields())["k"].set_string_value("v");
  EXPECT_TRUE(Create(request).status.ok());
  EXPECT_EQ(LastRequest().Get("content-type"), "application/json");
  EXPECT_EQ(LastRequest().body,
            R"({"splitter":{"id":"spl_1"},"file":{"url":"https://files.example/a.pdf"},)"
            R"("metadata":{"k":"v"}})");
}

TEST_F(RequestTest, OnlyTheNamedMetadataIsPassedOn) {
  config.forward_metadata = {"x-tenant"};
  const std::string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_TRUE(Cancel("a", {{"x-extend-workspace-id", "ws_1"},
                           {"x-extend-api-version", "2027-01-01"},
                           {"x-request-id", "r-1"},
                           {"traceparent", traceparent},
                           {"tracestate", "a=1"},
                           {"tracestate", "b=2"},
                           {"baggage", "k=v"},
                           {"x-tenant", "t"},
                           {"authorization", "Bearer theirs"},
                           {"cookie", "c"},
                           {"x-secret", "s"},
                           {"x-forwarded-for", "1.2.3.4"},
                           {"token-bin", "b"}})
                  .status.ok());
  const ReceivedRequest request = LastRequest();
  EXPECT_EQ(request.Get("x-extend-workspace-id"), "ws_1");
  EXPECT_EQ(request.Get("x-extend-api-version"), "2027-01-01");
  EXPECT_EQ(request.Get("x-request-id"), "r-1");
  EXPECT_EQ(request.Get("tracestate"), "a=1,b=2");
  EXPECT_EQ(request.Get("baggage"), "k=v");
  EXPECT_EQ(request.Get("x-tenant"), "t");
  EXPECT_EQ(request.Get("authorization"), "Bearer test-key");
  EXPECT_THAT(request.Get("traceparent"),
              testing::MatchesRegex("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01"));
  EXPECT_NE(request.Get("traceparent"), traceparent);
  for (const char* name : {"cookie", "x-secret", "x-forwarded-for", "token-bin", "te",
                           "grpc-accept-encoding", "grpc-timeout"}) {
    EXPECT_FALSE(request.Has(name)) << name;
  }
}

TEST_F(RequestTest, CallersTokenIsUsedWithAuthCaller) {
  config.auth = Auth::kCaller;
  const auto without = Cancel();
  EXPECT_EQ(without.status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ErrorInfoOf(without.status).reason(), "GATEWAY_UNAUTHENTICATED");
  EXPECT_EQ(upstream.counters().requests, 0);
  EXPECT_TRUE(Cancel("a", {{"authorization", "Bearer theirs"}}).status.ok());
  EXPECT_EQ(LastRequest().Get("authorization"), "Bearer theirs");
}

TEST_F(RequestTest, RequestThatDoesNotParseIsRefused) {
  // Field 1 is a string of 5 bytes, of which one came; then a string that is not UTF-8.
  for (const std::string bytes : {"\x0a\x05x", "\x0a\x01\xff"}) {
    const grpc::Status status =
        RawCall(*channel(), "/extend.v1.SplitRunService/CancelSplitRun", bytes).status;
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("extend.v1.CancelSplitRunRequest"));
  }
  EXPECT_EQ(upstream.counters().requests, 0);
}

TEST_F(RequestTest, RequestOverTheLimitIsRefusedAndTheNextOneServed) {
  config.max_request_bytes = 1024;
  EXPECT_EQ(Cancel(std::string(1100, 'x')).status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Cancel(std::string(900, 'x')).status.ok());
  EXPECT_EQ(upstream.counters().requests, 1);
}

TEST_F(RequestTest, MetadataOverTheLimitIsRefused) {
  EXPECT_TRUE(Cancel("a", {{"baggage", std::string(16 << 10, 'x')}}).status.ok());
  const auto refused = Cancel("a", {{"baggage", std::string(40 << 10, 'x')}});
  EXPECT_EQ(refused.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(upstream.counters().requests, 1);
}

}  // namespace
}  // namespace gateway
