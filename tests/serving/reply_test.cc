#include "gateway/serving/reply.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "extend/v1/split_run_service.pb.h"
#include "gateway/serving/compiled_api.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using namespace std::chrono_literals;

UpstreamOutcome Outcome(Ending ending, std::optional<HttpResult> result = {}, int attempts = 0) {
  UpstreamOutcome outcome;
  outcome.ending = ending;
  outcome.result = std::move(result);
  outcome.attempts = attempts;
  return outcome;
}

/// The routes of the built-in API.
class ReplyTest : public testing::Test {
 protected:
  ReplyTest() {
    Config config;
    config.auth = Auth::kCaller;
    Faults faults;
    source_ = DescriptorSource::Load({}, faults);
    routes_ = RouteTable::Compile(source_->services(), faults);
    settings_ = ServiceSettings::Compile(routes_->services()[0], config, nullptr, faults);
    EXPECT_TRUE(faults.empty());
  }
  Reply ReplyOf(UpstreamOutcome outcome, const std::string& method = "CancelSplitRun",
                bool deadline_passed = false) {
    const auto& routes = routes_->services()[0].routes;
    const auto route = std::ranges::find_if(
        routes, [&](const Route& candidate) { return candidate.method->name() == method; });
    return ReplyTo(outcome, *route, *settings_, {}, deadline_passed);
  }
  static HttpResult Answered(int status, const std::string& body, const Headers& headers = {}) {
    return {.value = HttpResponse{.status = status, .headers = headers, .body = body}};
  }

  std::unique_ptr<DescriptorSource> source_;
  std::optional<RouteTable> routes_;
  std::optional<ServiceSettings> settings_;
};

google::rpc::ErrorInfo InfoOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  for (const auto& any : details.details()) any.UnpackTo(&info);
  return info;
}

std::string Trailer(const Reply& reply, std::string_view name) {
  const std::string* value = FindHeader(reply.trailing_metadata, name);
  return value == nullptr ? "none" : *value;
}

TEST_F(ReplyTest, EveryEndingHasItsStatusAndReason) {
  const HttpResponse run{
      .status = 200, .headers = {}, .body = R"({"id":"a","status":"CANCELLED"})"};
  const HttpResponse failed{.status = 200, .headers = {}, .body = R"({"status":"FAILED"})"};
  const TransportError reset{TransportFault::kReset, Delivery::kMayHaveArrived, "reset"};
  const struct {
    Ending ending;
    std::optional<HttpResult> result;
    std::optional<HttpResponse> resource;
    StatusCode code;
    std::string reason;
  } cases[] = {
      {Ending::kAnswered, Answered(200, run.body), {}, StatusCode::OK, ""},
      {Ending::kAnswered, Answered(404, ""), {}, StatusCode::NOT_FOUND, "HTTP_404"},
      {Ending::kAnswered,
       Answered(200, "<html>"),
       {},
       StatusCode::INTERNAL,
       "GATEWAY_INVALID_RESPONSE"},
      {Ending::kAnswered,
       HttpResult{.value = reset},
       {},
       StatusCode::UNAVAILABLE,
       "TRANSPORT_RESET"},
      {Ending::kAnswered, {}, {}, StatusCode::INTERNAL, "GATEWAY_INTERNAL"},
      {Ending::kConfirmed, HttpResult{.value = reset}, run, StatusCode::OK, ""},
      {Ending::kAlreadyDone, Answered(400, ""), run, StatusCode::FAILED_PRECONDITION,
       "ALREADY_CANCELLED"},
      {Ending::kFinished, Answered(400, ""), failed, StatusCode::FAILED_PRECONDITION,
       "NOT_CANCELLABLE"},
      {Ending::kDeletedBefore, Answered(404, ""), {}, StatusCode::OK, ""},
      {Ending::kDeadlineExceeded,
       {},
       {},
       StatusCode::DEADLINE_EXCEEDED,
       "GATEWAY_DEADLINE_EXCEEDED"},
      {Ending::kCancelled, {}, {}, StatusCode::CANCELLED, "GATEWAY_CANCELLED"},
  };
  for (const auto& [ending, result, resource, code, reason] : cases) {
    UpstreamOutcome outcome = Outcome(ending, result, 2);
    outcome.resource = resource;
    const Reply reply = ReplyOf(outcome);
    const std::string where = reason + " of ending " + std::to_string(static_cast<int>(ending));
    EXPECT_EQ(reply.status.error_code(), code) << where;
    EXPECT_EQ(InfoOf(reply.status).reason(), reason) << where;
    EXPECT_EQ(Trailer(reply, "x-gateway-attempts"), "2") << where;
  }
}

TEST_F(ReplyTest, ConfirmedCancelCarriesTheRunAsRead) {
  UpstreamOutcome outcome = Outcome(Ending::kConfirmed, Answered(400, ""), 1);
  outcome.resource = HttpResponse{.status = 200, .headers = {}, .body = R"({"id":"a"})"};
  extend::v1::SplitRun run;
  ASSERT_TRUE(run.ParseFromString(ReplyOf(outcome).message));
  EXPECT_EQ(run.id(), "a");
}

TEST_F(ReplyTest, CancelByGrpcAtTheDeadlineIsDeadlineExceeded) {
  const Reply reply = ReplyOf(Outcome(Ending::kCancelled), "GetSplitRun", true);
  EXPECT_EQ(reply.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(ReplyTest, CallWithoutAnAttemptHasNoAttemptsTrailer) {
  EXPECT_EQ(Trailer(ReplyOf(Outcome(Ending::kCancelled)), "x-gateway-attempts"), "none");
}

TEST_F(ReplyTest, WaitGoesOutAsPushbackOnErrorsOnly) {
  UpstreamOutcome refused = Outcome(Ending::kAnswered, Answered(429, ""), 1);
  refused.retry_after = 1500us;
  EXPECT_EQ(Trailer(ReplyOf(refused), "grpc-retry-pushback-ms"), "2");
  UpstreamOutcome served = Outcome(Ending::kAnswered, Answered(200, "{}"), 1);
  served.retry_after = 7s;
  EXPECT_EQ(Trailer(ReplyOf(served), "grpc-retry-pushback-ms"), "none");
}

TEST_F(ReplyTest, RequestIdIsTheHeadersElseTheErrorBodys) {
  const std::string body = R"({"code":"C","requestId":"from-body"})";
  EXPECT_EQ(ReplyOf(Outcome(Ending::kAnswered, Answered(400, body))).request_id, "from-body");
  const Headers headers = {{"x-extend-request-id", "from-header"}};
  EXPECT_EQ(ReplyOf(Outcome(Ending::kAnswered, Answered(400, body, headers))).request_id,
            "from-header");
}

TEST_F(ReplyTest, RefusalCarriesReasonDomainAndWait) {
  const Reply reply =
      Refusal(grpc::Status(StatusCode::UNAVAILABLE, "full"), "GATEWAY_OVERLOADED", *settings_, 1s);
  EXPECT_EQ(reply.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(InfoOf(reply.status).reason(), "GATEWAY_OVERLOADED");
  EXPECT_EQ(InfoOf(reply.status).domain(), "api.extend.ai");
  EXPECT_EQ(Trailer(reply, "grpc-retry-pushback-ms"), "1000");
}

}  // namespace
}  // namespace gateway
