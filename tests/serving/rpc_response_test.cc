#include "gateway/serving/rpc_response.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "extend/v1/split_run_service.pb.h"
#include "gateway/serving/app.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using namespace std::chrono_literals;

UpstreamResult Ended(Conclusion conclusion, std::optional<HttpResult> result = {},
                     int attempts = 0) {
  UpstreamResult ended;
  ended.conclusion = conclusion;
  ended.result = std::move(result);
  ended.attempts = attempts;
  return ended;
}

/// The routes of the built-in API.
class RpcResponseTest : public testing::Test {
 protected:
  RpcResponseTest() {
    Config config;
    config.auth = Auth::kCaller;
    source_ = DescriptorSource::Load({});
    routes_ = RouteTable::Compile(source_->services());
    EXPECT_TRUE(routes_->errors().empty());
    settings_ = UpstreamSettings::Compile(routes_->services()[0], config, nullptr).value();
  }
  RpcResponse ResponseTo(UpstreamResult result, const std::string& method = "CancelSplitRun",
                         bool deadline_passed = false) {
    const auto& routes = routes_->services()[0].routes;
    const auto route = std::ranges::find_if(
        routes, [&](const Route& candidate) { return candidate.method->name() == method; });
    const ServedMethod served(*route, *settings_, *source_->Prototype(route->method->input_type()),
                              metrics_);
    // As an upstream call reads what it has met.
    if (result.result && result.result->response() != nullptr) {
      result.response_class = served.Classify(std::get<HttpResponse>(result.result->value));
    }
    if (result.resource_response) {
      result.resource = served.ReadResource(*result.resource_response);
    }
    return served.MakeRpcResponse(result, deadline_passed);
  }
  static HttpResult Answered(int status, const std::string& body, const Headers& headers = {}) {
    return {.value = HttpResponse{.status = status, .headers = headers, .body = body}};
  }

  Metrics metrics_{"test"};
  std::unique_ptr<DescriptorSource> source_;
  std::optional<RouteTable> routes_;
  std::optional<UpstreamSettings> settings_;
};

google::rpc::ErrorInfo InfoOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  for (const auto& any : details.details()) std::ignore = any.UnpackTo(&info);
  return info;
}

std::string Trailer(const RpcResponse& response, std::string_view name) {
  const std::string* value = FindHeader(response.trailing_metadata, name);
  return value == nullptr ? "none" : *value;
}

TEST_F(RpcResponseTest, EveryConclusionHasItsStatusAndReason) {
  const HttpResponse run{
      .status = 200, .headers = {}, .body = R"({"id":"a","status":"CANCELLED"})"};
  const HttpResponse failed{.status = 200, .headers = {}, .body = R"({"status":"FAILED"})"};
  const TransportError reset{TransportErrorKind::kReset, Delivery::kMayHaveArrived, "reset"};
  const struct {
    Conclusion conclusion;
    std::optional<HttpResult> result;
    std::optional<HttpResponse> resource;
    StatusCode code;
    std::string reason;
  } cases[] = {
      {Conclusion::kLastAttempt, Answered(200, run.body), {}, StatusCode::OK, ""},
      {Conclusion::kLastAttempt, Answered(404, ""), {}, StatusCode::NOT_FOUND, "HTTP_404"},
      {Conclusion::kLastAttempt,
       Answered(200, "<html>"),
       {},
       StatusCode::INTERNAL,
       "GATEWAY_INVALID_RESPONSE"},
      {Conclusion::kLastAttempt,
       HttpResult{.value = reset},
       {},
       StatusCode::UNAVAILABLE,
       "TRANSPORT_RESET"},
      {Conclusion::kLastAttempt, {}, {}, StatusCode::INTERNAL, "GATEWAY_INTERNAL"},
      {Conclusion::kConfirmed, HttpResult{.value = reset}, run, StatusCode::OK, ""},
      {Conclusion::kAlreadyDone, Answered(400, ""), run, StatusCode::FAILED_PRECONDITION,
       "ALREADY_CANCELLED"},
      {Conclusion::kFinished, Answered(400, ""), failed, StatusCode::FAILED_PRECONDITION,
       "NOT_CANCELLABLE"},
      {Conclusion::kDeletedBefore, Answered(404, ""), {}, StatusCode::OK, ""},
      {Conclusion::kDeadlineExceeded,
       {},
       {},
       StatusCode::DEADLINE_EXCEEDED,
       "GATEWAY_DEADLINE_EXCEEDED"},
      {Conclusion::kCancelled, {}, {}, StatusCode::CANCELLED, "GATEWAY_CANCELLED"},
      {Conclusion::kDraining, {}, {}, StatusCode::UNAVAILABLE, "GATEWAY_DRAINING"},
      {Conclusion::kFound, HttpResult{.value = reset}, run, StatusCode::OK, ""},
      {Conclusion::kLastAttempt,
       Answered(200, ""),
       {},
       StatusCode::INTERNAL,
       "GATEWAY_INVALID_RESPONSE"},
  };
  for (const auto& [conclusion, result, resource, code, reason] : cases) {
    UpstreamResult ended = Ended(conclusion, result, 2);
    ended.resource_response = resource;
    const RpcResponse response = ResponseTo(ended);
    const std::string where =
        reason + " of conclusion " + std::to_string(static_cast<int>(conclusion));
    EXPECT_EQ(response.status.error_code(), code) << where;
    EXPECT_EQ(InfoOf(response.status).reason(), reason) << where;
    EXPECT_EQ(Trailer(response, "x-gateway-attempts"), "2") << where;
  }
}

TEST_F(RpcResponseTest, ConfirmedCancelCarriesTheRunAsRead) {
  UpstreamResult ended = Ended(Conclusion::kConfirmed, Answered(400, ""), 1);
  ended.resource_response =
      HttpResponse{.status = 200, .headers = {}, .body = R"({"id":"a","status":"CANCELLED"})"};
  extend::v1::SplitRun run;
  ASSERT_TRUE(run.ParseFromString(ResponseTo(ended).message));
  EXPECT_EQ(run.id(), "a");
}

TEST_F(RpcResponseTest, CancelByGrpcAtTheDeadlineIsDeadlineExceeded) {
  const RpcResponse response = ResponseTo(Ended(Conclusion::kCancelled), "GetSplitRun", true);
  EXPECT_EQ(response.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(RpcResponseTest, CallWithoutAnAttemptHasNoAttemptsTrailer) {
  EXPECT_EQ(Trailer(ResponseTo(Ended(Conclusion::kCancelled)), "x-gateway-attempts"), "none");
}

TEST_F(RpcResponseTest, WaitGoesOutAsPushbackOnErrorsOnly) {
  UpstreamResult refused = Ended(Conclusion::kLastAttempt, Answered(429, ""), 1);
  refused.retry_after = 1500us;
  EXPECT_EQ(Trailer(ResponseTo(refused), "grpc-retry-pushback-ms"), "2");
  UpstreamResult served = Ended(Conclusion::kLastAttempt, Answered(200, "{}"), 1);
  served.retry_after = 7s;
  EXPECT_EQ(Trailer(ResponseTo(served), "grpc-retry-pushback-ms"), "none");
}

TEST_F(RpcResponseTest, RequestIdIsTheHeadersElseTheErrorBodys) {
  const std::string body = R"({"code":"C","requestId":"from-body"})";
  EXPECT_EQ(ResponseTo(Ended(Conclusion::kLastAttempt, Answered(400, body))).request_id,
            "from-body");
  const Headers headers = {{"x-extend-request-id", "from-header"}};
  EXPECT_EQ(ResponseTo(Ended(Conclusion::kLastAttempt, Answered(400, body, headers))).request_id,
            "from-header");
}

TEST_F(RpcResponseTest, RefusalCarriesReasonDomainAndWait) {
  const RpcResponse response =
      Refusal(grpc::Status(StatusCode::UNAVAILABLE, "full"), "GATEWAY_OVERLOADED",
              routes_->services()[0].routes[0], *settings_, 1s);
  EXPECT_EQ(response.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(InfoOf(response.status).reason(), "GATEWAY_OVERLOADED");
  EXPECT_EQ(InfoOf(response.status).domain(), "api.extend.ai");
  EXPECT_EQ(Trailer(response, "grpc-retry-pushback-ms"), "1000");
}

TEST_F(RpcResponseTest, AnUpstreamsIdThatIsTooLongIsNotLogged) {
  for (const auto& [size, is_logged] : {std::pair{256U, true}, {257U, false}}) {
    const std::string id(size, 'i');
    const Headers headers = {{"x-extend-request-id", id}};
    EXPECT_EQ(ResponseTo(Ended(Conclusion::kLastAttempt, Answered(404, "", headers))).request_id,
              is_logged ? id : "");
  }
}

TEST_F(RpcResponseTest, DeadlineIsShortlyBeforeTheCallersAndAtMostTheTimeout) {
  const Route& route = routes_->services()[0].routes[0];
  const ServedMethod served(route, *settings_, *source_->Prototype(route.method->input_type()),
                            metrics_);
  const Clock::time_point now(1h);
  const auto left = [&](Clock::duration callers) {
    return served.DeadlineOf(Deadline::At(now + callers), now).Remaining(now);
  };
  EXPECT_EQ(left(10s), 10s - 20ms);
  EXPECT_EQ(left(1s), 980ms);
  EXPECT_EQ(left(500ms), 490ms);
  EXPECT_EQ(left(0s), 0s);
  EXPECT_EQ(left(-1s), 0s);
  // The margin is the caller's alone.
  EXPECT_EQ(left(10h), settings_->timeout);
  EXPECT_EQ(served.DeadlineOf(Deadline::Infinite(), now).Remaining(now), settings_->timeout);
}

TEST_F(RpcResponseTest, OutcomeIsInEveryErrorOfAMethodWithSideEffects) {
  UpstreamResult ended = Ended(Conclusion::kDraining, {}, 1);
  for (const auto& [outcome, name] : {std::pair(Outcome::kNone, "none"),
                                      {Outcome::kUnknown, "unknown"},
                                      {Outcome::kDone, "done"}}) {
    ended.outcome = outcome;
    for (const char* method : {"CancelSplitRun", "CreateSplitRun", "DeleteSplitRun"}) {
      EXPECT_EQ(InfoOf(ResponseTo(ended, method).status).metadata().at("outcome"), name);
    }
    EXPECT_EQ(InfoOf(ResponseTo(ended, "GetSplitRun").status).metadata().count("outcome"), 0U);
  }
}

}  // namespace
}  // namespace gateway
