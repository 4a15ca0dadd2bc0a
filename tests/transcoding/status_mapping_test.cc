#include "gateway/transcoding/status_mapping.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "gateway/transcoding/error_body.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr FailureContext kContext = {.error_domain = "api.example",
                                     .request_id_header = "x-request-id",
                                     .attempts = 2,
                                     .retry_after = {}};
constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(784111777)};

google::rpc::Status Parse(const grpc::Status& status) {
  google::rpc::Status parsed;
  EXPECT_TRUE(parsed.ParseFromString(status.error_details()));
  return parsed;
}

template <class T>
std::vector<T> All(const grpc::Status& status) {
  std::vector<T> found;
  const google::rpc::Status parsed = Parse(status);
  for (const auto& detail : parsed.details()) {
    T message;
    if (detail.UnpackTo(&message)) found.push_back(message);
  }
  return found;
}

google::rpc::ErrorInfo Info(const grpc::Status& status) {
  const auto infos = All<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(infos.size(), 1U);
  return infos.empty() ? google::rpc::ErrorInfo() : infos.front();
}

grpc::Status StatusOf(const HttpResponse& response, const FailureContext& context = kContext) {
  return StatusOfResponse(response, ReadErrorBody(response.body), context);
}

// Statuses that have a code of their own in proto/README.md's table; the rest goes by hundreds.
grpc::StatusCode Expected(int http_status) {
  static const std::map<int, grpc::StatusCode> kOwn = {
      {400, grpc::INVALID_ARGUMENT}, {413, grpc::INVALID_ARGUMENT},   {422, grpc::INVALID_ARGUMENT},
      {401, grpc::UNAUTHENTICATED},  {403, grpc::PERMISSION_DENIED},  {404, grpc::NOT_FOUND},
      {410, grpc::NOT_FOUND},        {405, grpc::UNIMPLEMENTED},      {501, grpc::UNIMPLEMENTED},
      {406, grpc::INTERNAL},         {415, grpc::INTERNAL},           {431, grpc::INTERNAL},
      {408, grpc::UNAVAILABLE},      {425, grpc::UNAVAILABLE},        {502, grpc::UNAVAILABLE},
      {503, grpc::UNAVAILABLE},      {504, grpc::UNAVAILABLE},        {409, grpc::ABORTED},
      {416, grpc::OUT_OF_RANGE},     {429, grpc::RESOURCE_EXHAUSTED}, {499, grpc::CANCELLED}};
  const auto own = kOwn.find(http_status);
  if (own != kOwn.end()) return own->second;
  switch (http_status / 100) {
    case 2:
      return grpc::OK;
    case 4:
      return grpc::FAILED_PRECONDITION;
    case 5:
      return grpc::INTERNAL;
    default:
      return grpc::UNKNOWN;
  }
}

TEST(StatusMapping, FollowsTheTableForEveryHttpStatus) {
  for (int status = 100; status <= 599; ++status) {
    EXPECT_EQ(CodeForHttpStatus(status), Expected(status)) << status;
  }
  for (const int status : {-1, 0, 99, 600, 999, 1000000}) {
    EXPECT_EQ(CodeForHttpStatus(status), grpc::UNKNOWN) << status;
  }
}

TEST(StatusMapping, TakesTheBodysWordOnWhetherToRetry) {
  ErrorBody retryable;
  retryable.retryable = true;
  ErrorBody final;
  final.retryable = false;
  for (int status = 300; status <= 599; ++status) {
    const bool lifted = status == 408 || status == 409 || status >= 500;
    const grpc::StatusCode table = Expected(status);
    EXPECT_EQ(CodeForResponse(status, {}), table) << status;
    EXPECT_EQ(CodeForResponse(status, retryable), lifted ? grpc::UNAVAILABLE : table) << status;
    EXPECT_EQ(CodeForResponse(status, final), table == grpc::UNAVAILABLE ? grpc::INTERNAL : table)
        << status;
  }
}

TEST(StatusMapping, NamesEveryTransportError) {
  using enum TransportErrorKind;
  const struct {
    TransportErrorKind kind;
    const char* reason;
    grpc::StatusCode code;
  } rows[] = {
      {kResolve, "TRANSPORT_DNS", grpc::UNAVAILABLE},
      {kConnect, "TRANSPORT_CONNECT", grpc::UNAVAILABLE},
      {kTls, "TRANSPORT_TLS", grpc::UNAVAILABLE},
      {kReset, "TRANSPORT_RESET", grpc::UNAVAILABLE},
      {kTruncated, "TRANSPORT_TRUNCATED", grpc::UNAVAILABLE},
      {kMalformed, "TRANSPORT_MALFORMED", grpc::UNAVAILABLE},
      {kRefusedStream, "TRANSPORT_REFUSED_STREAM", grpc::UNAVAILABLE},
      {kTimeout, "TRANSPORT_ATTEMPT_TIMEOUT", grpc::UNAVAILABLE},
      {kResponseTooLarge, "TRANSPORT_RESPONSE_TOO_LARGE", grpc::RESOURCE_EXHAUSTED},
      {kHeadersTooLarge, "TRANSPORT_HEADERS_TOO_LARGE", grpc::RESOURCE_EXHAUSTED},
  };
  for (const auto& row : rows) {
    const grpc::Status status =
        StatusOfTransport({row.kind, Delivery::kMayHaveArrived, "it broke\n"}, kContext);
    EXPECT_EQ(CodeForTransport(row.kind), row.code) << row.reason;
    EXPECT_EQ(status.error_code(), row.code) << row.reason;
    EXPECT_EQ(status.error_message(), "it broke");
    EXPECT_EQ(Info(status).reason(), row.reason);
    EXPECT_EQ(Info(status).domain(), "api.example");
    EXPECT_THAT(Info(status).metadata(), ElementsAre(Pair("attempts", "2")));
  }
  EXPECT_EQ(StatusOfTransport({kReset, Delivery::kNeverSent, ""}, kContext).error_message(),
            "TRANSPORT_RESET");
}

TEST(StatusOfResponse, PassesOnAllThatTheResponseSays) {
  const HttpResponse response = {
      404,
      {{"x-request-id", "req_header"}},
      R"({"code":"NOT_FOUND","message":"No such run.","retryable":false,"requestId":"req_body",
          "docUrl":"https://docs.example/e"})"};
  const grpc::Status status = StatusOf(response);
  EXPECT_EQ(status.error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "No such run.");
  EXPECT_EQ(Info(status).reason(), "NOT_FOUND");
  EXPECT_EQ(Info(status).domain(), "api.example");
  EXPECT_THAT(Info(status).metadata(),
              UnorderedElementsAre(Pair("httpStatus", "404"), Pair("retryable", "false"),
                                   Pair("requestId", "req_header"), Pair("attempts", "2"),
                                   Pair("docUrl", "https://docs.example/e")));
  EXPECT_EQ(All<google::rpc::RequestInfo>(status).at(0).request_id(), "req_header");
  EXPECT_EQ(All<google::rpc::Help>(status).at(0).links(0).url(), "https://docs.example/e");
}

TEST(StatusOfResponse, SaysWhatCameWhereTheBodySaysNothing) {
  for (const char* body : {"", "<html>Bad Gateway</html>", R"({"message":" \u0001\n"})"}) {
    const grpc::Status status = StatusOf({502, {}, body}, kContext);
    EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
    EXPECT_EQ(status.error_message(), "upstream answered HTTP 502");
    EXPECT_EQ(Info(status).reason(), "HTTP_502");
    EXPECT_THAT(Info(status).metadata(),
                UnorderedElementsAre(Pair("httpStatus", "502"), Pair("attempts", "2")));
    EXPECT_EQ(Parse(status).details_size(), 1);
  }
}

TEST(StatusOfResponse, NeverSaysOkForAnErrorHoweverOddItIs) {
  for (const int http_status : {0, 99, 100, 199, 300, 304, 399, 600}) {
    const grpc::Status status = StatusOf({http_status, {}, ""}, kContext);
    EXPECT_EQ(status.error_code(), grpc::UNKNOWN) << http_status;
    EXPECT_EQ(Info(status).reason(), "HTTP_" + std::to_string(http_status));
  }
}

TEST(StatusOfResponse, ShowsOnlyRequestIdsThatArePrintableAndBounded) {
  const std::string longest(256, 'r');
  const struct {
    std::string header;
    std::string body;
    std::string expected;
  } rows[] = {
      {"from_header", "from_body", "from_header"},
      {"", "from_body", "from_body"},
      {"not\x80printable", "from_body", "from_body"},
      {longest + "r", "from_body", "from_body"},
      {longest, "from_body", longest},
      {"", "line\\nbreak", ""},
      {"", longest + "r", ""},
  };
  for (const auto& row : rows) {
    const grpc::Status status = StatusOf(
        {500, {{"x-request-id", row.header}}, R"({"requestId":")" + row.body + "\"}"}, kContext);
    const auto found = All<google::rpc::RequestInfo>(status);
    EXPECT_EQ(found.empty() ? "" : found.front().request_id(), row.expected) << row.header;
    EXPECT_EQ(Info(status).metadata().contains("requestId"), !row.expected.empty());
  }
}

TEST(StatusOfResponse, ShowsOnlyLinksToTheWeb) {
  const std::string longest = "https://e/" + std::string(2038, 'x');
  const struct {
    std::string url;
    bool shown;
  } rows[] = {
      {"https://docs.example/x", true},
      {"http://docs.example/x", true},
      {longest, true},
      {longest + "x", false},
      {"javascript:alert(1)", false},
      {"file:///etc/passwd", false},
      {"https://docs.example/\\u0000", false},
      {"https://docs.example/é", false},
      {"docs.example", false},
      {"", false},
  };
  for (const auto& row : rows) {
    const grpc::Status status = StatusOf({500, {}, R"({"docUrl":")" + row.url + "\"}"}, kContext);
    EXPECT_EQ(Info(status).metadata().contains("docUrl"), row.shown) << row.url;
  }
}

TEST(StatusOfResponse, PassesOnHowLongToWait) {
  FailureContext context = kContext;
  context.retry_after = std::chrono::seconds(3);
  const grpc::Status status = StatusOf({429, {}, R"({"error":"slow down"})"}, context);
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "slow down");
  EXPECT_EQ(All<google::rpc::RetryInfo>(status).at(0).retry_delay().seconds(), 3);
}

TEST(StatusOfRule, AddsTheRulesFactsToTheResponses) {
  const HttpResponse response = {
      400,
      {{"x-request-id", "req_1"}},
      R"({"code":"INVALID_REQUEST","message":"cannot","docUrl":"https://docs.example/e"})"};
  const grpc::Status status =
      StatusOfRule(grpc::FAILED_PRECONDITION, "TOO_LATE", "it has ended", {{"state", "ENDED"}},
                   &response, ReadErrorBody(response.body), kContext);
  EXPECT_EQ(status.error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "it has ended");
  EXPECT_EQ(Info(status).reason(), "TOO_LATE");
  EXPECT_THAT(Info(status).metadata(),
              UnorderedElementsAre(Pair("httpStatus", "400"), Pair("attempts", "2"),
                                   Pair("requestId", "req_1"), Pair("state", "ENDED"),
                                   Pair("docUrl", "https://docs.example/e")));
}

TEST(StatusOfRule, NeedsNoResponse) {
  grpc::Status status = StatusOfRule(grpc::DEADLINE_EXCEEDED, "GATEWAY_DEADLINE", "too late", {},
                                     nullptr, {}, kContext);
  EXPECT_THAT(Info(status).metadata(), ElementsAre(Pair("attempts", "2")));

  const HttpResponse success = {200, {}, "<html>"};
  status =
      StatusOfRule(grpc::INTERNAL, "GATEWAY_BAD_ANSWER", "not JSON", {}, &success, {}, kContext);
  EXPECT_THAT(Info(status).metadata(),
              UnorderedElementsAre(Pair("httpStatus", "200"), Pair("attempts", "2")));
}

TEST(WithErrorInfo, KeepsCodeMessageAndViolations) {
  google::rpc::BadRequest bad_request;
  bad_request.add_field_violations()->set_field("id");
  google::rpc::Status details;
  std::ignore = details.add_details()->PackFrom(google::rpc::ErrorInfo());
  std::ignore = details.add_details()->PackFrom(bad_request);
  const grpc::Status status =
      WithErrorInfo({grpc::INVALID_ARGUMENT, "id must not be empty", details.SerializeAsString()},
                    "GATEWAY_INVALID_ARGUMENT", kContext);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "id must not be empty");
  EXPECT_EQ(Parse(status).code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(Info(status).reason(), "GATEWAY_INVALID_ARGUMENT");
  EXPECT_EQ(All<google::rpc::BadRequest>(status).at(0).field_violations(0).field(), "id");

  EXPECT_EQ(Info(WithErrorInfo({grpc::INTERNAL, "m", "\xff junk"}, "R", kContext)).reason(), "R");
}

TEST(ClassifyErrorResponse, SaysWhatMattersForRetrying) {
  const struct {
    int status;
    const char* body;
    bool unavailable;
    bool rate_limited;
  } rows[] = {
      {404, "", false, false},
      {409, "", false, false},
      {409, R"({"retryable":true})", true, false},
      {429, R"({"retryable":false})", false, true},
      {500, "", false, false},
      {500, R"({"error":{"retryable":true}})", true, false},
      {503, "<html>", true, false},
      {503, R"({"retryable":false})", false, false},
      {302, "", false, false},
  };
  for (const auto& row : rows) {
    const ResponseClass response_class = ClassifyErrorResponse({row.status, {}, row.body}, kNow);
    EXPECT_FALSE(response_class.success);
    EXPECT_EQ(response_class.unavailable, row.unavailable) << row.status << row.body;
    EXPECT_EQ(response_class.rate_limited, row.rate_limited) << row.status << row.body;
    EXPECT_EQ(response_class.retry_after, std::nullopt);
  }
}

TEST(ClassifyErrorResponse, ReadsTheWaitOfAFailure) {
  const Headers headers = {{"retry-after", "5"}};
  EXPECT_EQ(ClassifyErrorResponse({429, headers, ""}, kNow).retry_after, std::chrono::seconds(5));
}

}  // namespace
}  // namespace gateway
