// What an error says of the work that the call asked for: none was done, nobody knows, or it was
// done.
#include <gmock/gmock.h>

#include <future>

#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using namespace std::chrono_literals;

std::string OutcomeIn(const grpc::Status& status) {
  const auto info = ErrorInfoOf(status);
  const auto found = info.metadata().find("outcome");
  return found == info.metadata().end() ? "missing" : found->second;
}

class OutcomeTest : public GatewayTest {
 protected:
  Answer<extend::v1::DeleteSplitRunResponse> Delete(std::chrono::milliseconds timeout = kPatience) {
    extend::v1::DeleteSplitRunRequest request;
    request.set_id("splr_1");
    return Call(&Stub::DeleteSplitRun, request, {}, timeout);
  }
};

struct Ending {
  std::string name;
  Script script;
  std::string outcome;
};

class OutcomeOfAnAttemptTest : public OutcomeTest, public testing::WithParamInterface<Ending> {};

TEST_P(OutcomeOfAnAttemptTest, IsInTheErrorOfEachMethodWithSideEffects) {
  config.max_attempts = 1;
  config.attempt_timeout = 200ms;
  config.max_response_bytes = 4000;
  upstream.OnRequest(InOrder({GetParam().script}));
  EXPECT_EQ(OutcomeIn(Create().status), GetParam().outcome);
  EXPECT_EQ(OutcomeIn(Delete().status), GetParam().outcome);
  const auto read = Get();
  EXPECT_FALSE(read.status.ok());
  EXPECT_EQ(OutcomeIn(read.status), "missing");
}

INSTANTIATE_TEST_SUITE_P(
    Attempts, OutcomeOfAnAttemptTest,
    testing::Values(
        Ending{"Http400", {Send(HttpReply(400))}, "none"},
        Ending{"Http401", {Send(HttpReply(401))}, "none"},
        Ending{"Http404", {Send(HttpReply(404))}, "none"},
        Ending{"Http409", {Send(HttpReply(409))}, "none"},
        Ending{"Http429", {Send(HttpReply(429))}, "none"},
        Ending{"Http408", {Send(HttpReply(408))}, "unknown"},
        Ending{"Http499", {Send(HttpReply(499))}, "unknown"},
        Ending{"Http302", {Send(HttpReply(302))}, "unknown"},
        Ending{"Http500", {Send(HttpReply(500))}, "unknown"},
        Ending{"Http503", {Send(HttpReply(503))}, "unknown"},
        Ending{"Http503NotRetryable", {Send(HttpReply(503, R"({"retryable":false})"))}, "unknown"},
        Ending{"Reset", {Reset()}, "unknown"}, Ending{"Timeout", {Stall()}, "unknown"},
        Ending{"CutInTheHead", {Send("HTTP/1.1 200 OK\r\nContent-Le"), Close()}, "done"},
        Ending{
            "CutSuccess", {Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), Close()}, "done"},
        Ending{"CutRefusal",
               {Send("HTTP/1.1 409 Conflict\r\nContent-Length: 9\r\n\r\n{"), Close()},
               "none"},
        Ending{"TooLarge", {Send(HttpReply(200, std::string(5000, ' ')))}, "done"},
        Ending{"CutInTheStatus", {Send("HTTP/1.1 2"), Close()}, "unknown"},
        Ending{"CutFailure",
               {Send("HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\n{"), Close()},
               "unknown"},
        Ending{"NotJson", {Send(HttpReply(200, "<html>"))}, "done"}),
    [](const auto& ending) { return ending.param.name; });

TEST_F(OutcomeTest, OfACallThatWasNeverSentIsNone) {
  config.upstream_url = "http://127.0.0.1:1";
  EXPECT_EQ(OutcomeIn(Create().status), "none");
}

TEST_F(OutcomeTest, IsThatOfTheWorstAttempt) {
  const Script lost = {Reset()}, busy = {Send(HttpReply(429))}, failed = {Send(HttpReply(500))};
  const Script cut = {Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), Close()};
  const struct {
    std::vector<Script> attempts;
    std::string outcome;
  } cases[] = {{{lost, busy, busy}, "unknown"},
               {{busy, lost, busy}, "unknown"},
               {{busy, busy, busy}, "none"},
               {{cut, lost, failed}, "done"},
               {{lost, cut, busy}, "done"}};
  for (const auto& [attempts, outcome] : cases) {
    upstream.OnRequest([&, first = upstream.counters().requests](const ReceivedRequest& request) {
      return attempts.at(static_cast<std::size_t>(request.number - first));
    });
    EXPECT_EQ(OutcomeIn(Delete().status), outcome);
  }
}

TEST_F(OutcomeTest, CountsWhenALaterWaitIsNotBegun) {
  upstream.OnRequest(InOrder({{Reset()}, {Send(HttpReply(429, "", {{"Retry-After", "3600"}}))}}));
  const auto answer = Delete();
  EXPECT_EQ(answer.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(OutcomeIn(answer.status), "unknown");
}

// ---- Reconciled

std::string RunIn(const std::string& status) {
  return HttpReply(200, R"({"id":"splr_1","status":")" + status + R"("})");
}

TEST_F(OutcomeTest, OfARefusedCancelIsWhatTheReadSays) {
  const struct {
    Script read;
    std::string outcome;
  } cases[] = {{{Send(RunIn("CANCELLED"))}, "none"},
               {{Send(RunIn("PROCESSED"))}, "none"},
               {{Send(RunIn("PROCESSING"))}, "unknown"},
               {{Send(HttpReply(404))}, "none"}};
  for (const auto& [read, outcome] : cases) {
    upstream.OnRequest([&read](const ReceivedRequest& request) {
      return request.verb == "POST" ? Script{Send(HttpReply(409))} : read;
    });
    EXPECT_EQ(OutcomeIn(Cancel().status), outcome);
  }
}

TEST_F(OutcomeTest, OfALostCancelIsWhatTheReadSays) {
  config.max_attempts = 1;
  const struct {
    Script read;
    std::string outcome;
  } cases[] = {{{Send(RunIn("PROCESSED"))}, "none"},
               {{Send(RunIn("PROCESSING"))}, "unknown"},
               {{Send(HttpReply(404))}, "unknown"}};
  for (const auto& [read, outcome] : cases) {
    upstream.OnRequest([&read](const ReceivedRequest& request) {
      return request.verb == "POST" ? Script{Reset()} : read;
    });
    EXPECT_EQ(OutcomeIn(Cancel().status), outcome);
  }
}

// ---- The gateway's own refusals

TEST_F(OutcomeTest, OfARequestThatIsRefusedIsNone) {
  const auto wrong = Cancel("..");
  EXPECT_EQ(wrong.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(OutcomeIn(wrong.status), "none");
  const auto garbage = RawCall(*channel(), "/extend.v1.SplitRunService/CancelSplitRun", "\xff\xff");
  EXPECT_EQ(OutcomeIn(garbage.status), "none");
  EXPECT_EQ(OutcomeIn(Get("..").status), "missing");
}

TEST_F(OutcomeTest, OfACallWithoutAToken) {
  config.auth = Auth::kCaller;
  const auto answer = Cancel();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(OutcomeIn(answer.status), "none");
}

TEST_F(OutcomeTest, OfACallTooManyIsNone) {
  config.max_in_flight = 1;
  upstream.OnRequest(InOrder({{Stall(), Send(HttpReply(200, "{}"))}}));
  stub();
  auto first = std::async(std::launch::async, [this] { return Get(); });
  ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == 1; }));
  const auto answer = Cancel();
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "GATEWAY_OVERLOADED");
  EXPECT_EQ(OutcomeIn(answer.status), "none");
  upstream.Release();
  EXPECT_TRUE(first.get().status.ok());
}

// ---- Ends from outside

TEST_F(OutcomeTest, OfACallThatTheGatewaysTimeoutEnds) {
  config.timeout = 300ms;
  upstream.OnRequest(InOrder({{Stall()}}));
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(OutcomeIn(answer.status), "unknown");
}

TEST_F(OutcomeTest, IsSeenByACallerWhoseOwnDeadlineEndsTheCall) {
  upstream.OnRequest(InOrder({{Stall()}}));
  // Connected before time counts.
  ASSERT_EQ(Cancel("..").status.error_code(), StatusCode::INVALID_ARGUMENT);
  // The 20 ms before the caller's own timer can pass unused on a busy machine, but not each time.
  std::string outcome = "missing";
  for (int i = 0; i < 8 && outcome == "missing"; ++i) {
    const auto answer = Delete(1s);
    EXPECT_EQ(answer.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
    outcome = OutcomeIn(answer.status);
  }
  EXPECT_EQ(outcome, "unknown");
}

TEST_F(OutcomeTest, OfACallThatTheEndOfTheDrainEnds) {
  config.drain_timeout = 500ms;
  upstream.OnRequest(InOrder({{Stall()}}));
  stub();
  auto call = std::async(std::launch::async, [this] { return Create(); });
  ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == 1; }));
  gateway().Drain();
  const auto answer = call.get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "GATEWAY_DRAINING");
  EXPECT_EQ(OutcomeIn(answer.status), "unknown");
}

TEST_F(OutcomeTest, ErrorNamesTheRunThatTheBodyNames) {
  AnswerAlways(400, R"({"code":"X","runId":"splr_7"})");
  EXPECT_EQ(ErrorInfoOf(Create().status).metadata().at("runId"), "splr_7");
  AnswerAlways(400, R"({"error":{"code":"X","runId":"splr_8"}})");
  EXPECT_EQ(ErrorInfoOf(Create().status).metadata().at("runId"), "splr_8");
}

}  // namespace
}  // namespace gateway
