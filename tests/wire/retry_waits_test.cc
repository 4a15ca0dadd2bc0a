// How long the gateway waits between attempts, and what it says when it does not wait.
#include <gmock/gmock.h>

#include <ctime>
#include <future>

#include "tests/wire/manual_time_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::Gt;
using testing::IsEmpty;
using testing::Le;
using testing::Optional;
using namespace std::chrono_literals;

const std::string kRun = R"({"id":"splr_1"})";

class RetryWaitsTest : public ManualTimeTest {
 protected:
  /// A call whose first attempt is answered so; the others succeed.
  Answer<extend::v1::SplitRun> GetAfter(int status, const Headers& headers) {
    const int next = upstream.counters().requests;
    upstream.OnRequest([status, headers, next](const ReceivedRequest& request) {
      return Script{
          Send(request.number == next ? HttpReply(status, "", headers) : HttpReply(200, kRun))};
    });
    return Get("splr_1", {}, kLongCall);
  }
  /// What is waited after such an answer.
  Clock::duration WaitAfter(int status, const Headers& headers) {
    const std::size_t before = time.waits().size();
    EXPECT_TRUE(GetAfter(status, headers).status.ok());
    const auto waits = time.waits();
    EXPECT_EQ(waits.size(), before + 1);
    return waits.empty() ? Clock::duration(-1) : waits.back();
  }
};

std::time_t In(std::chrono::seconds wait) {
  return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + wait);
}

std::string HttpDate(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

// ---- Backoff

struct Jitter {
  std::string name;
  double random;
};

class BackoffTest : public RetryWaitsTest, public testing::WithParamInterface<Jitter> {};

TEST_P(BackoffTest, DoublesUpToItsMaximumAndIsDrawnFromZeroToThat) {
  config.max_attempts = 8;
  config.retry_initial_backoff = 250ms;
  config.retry_max_backoff = 3s;
  jitter = GetParam().random;
  AnswerAlways(503, "");
  EXPECT_EQ(ValueOf(Get("splr_1", {}, kLongCall).trailing, "x-gateway-attempts"), "8");
  std::vector<Clock::duration> expected;
  for (const auto longest : {250ms, 500ms, 1000ms, 2000ms, 3000ms, 3000ms, 3000ms}) {
    expected.push_back(std::chrono::duration_cast<Clock::duration>(longest * GetParam().random));
  }
  EXPECT_EQ(time.waits(), expected);
}

INSTANTIATE_TEST_SUITE_P(Jitters, BackoffTest,
                         testing::Values(Jitter{"None", 0.0}, Jitter{"Half", 0.5},
                                         Jitter{"AlmostAll", 0.999999}),
                         [](const auto& jitter) { return jitter.param.name; });

TEST_F(RetryWaitsTest, BackoffIsTheSameForABrokenConnectionAndAnAttemptTimeout) {
  config.attempt_timeout = 200ms;
  upstream.OnRequest(InOrder({{Reset()}, {Stall()}, {Send(HttpReply(200, kRun))}}));
  EXPECT_TRUE(Get().status.ok());
  EXPECT_THAT(time.waits(), ElementsAre(125ms, 250ms));
}

TEST_F(RetryWaitsTest, InitialBackoffAboveTheMaximumIsTheMaximum) {
  config.retry_initial_backoff = 1min;
  config.retry_max_backoff = 4s;
  EXPECT_EQ(WaitAfter(503, {}), 2s);
}

TEST_F(RetryWaitsTest, NothingIsSentUntilTheWaitIsOver) {
  time.Hold();
  upstream.OnRequest(InOrder({{Send(HttpReply(503))}, {Send(HttpReply(200, kRun))}}));
  stub();
  auto call = std::async(std::launch::async, [this] { return Get(); });
  EXPECT_THAT(time.AwaitTimer(), Optional(Clock::duration(125ms)));
  // What the loop had begun before the timer is done when another call on it has been served.
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Get().status.ok());
  EXPECT_EQ(upstream.counters().requests, 1 + 2);
  time.Fire();
  EXPECT_TRUE(call.get().status.ok());
  EXPECT_EQ(upstream.counters().requests, 2 + 2);
}

// ---- What the answer asks for

TEST_F(RetryWaitsTest, Row12_ResponseSaysHowLongToWait) {
  const std::string passed = std::to_string(In(-1min));
  const struct {
    int status;
    Headers headers;
    Clock::duration wait;
  } cases[] = {
      {429, {{"Retry-After", "7"}}, 7s},
      {503, {{"Retry-After", "7"}}, 7s},
      // Beyond --retry-max-backoff too.
      {429, {{"Retry-After", "15"}}, 15s},
      {429, {{"X-RateLimit-Reset", "2"}}, 2s},
      {429, {{"RateLimit-Reset", "2"}}, 2s},
      {429, {{"RateLimit", "limit=10, remaining=0, reset=5"}}, 5s},
      {429, {{"retry-after-ms", "1500"}}, 1500ms},
      {429, {{"Retry-After", "0.5"}}, 500ms},
      {429, {{"X-RateLimit-Reset", passed}, {"Retry-After", "3"}}, 3s},
  };
  for (const auto& [status, headers, wait] : cases) {
    EXPECT_EQ(WaitAfter(status, headers), wait) << headers.front().value;
  }
}

TEST_F(RetryWaitsTest, Row12_NeverWaitsShorterThanTheBackoff) {
  jitter = 0.25;
  const std::string passed = std::to_string(In(-1min));
  const struct {
    int status;
    Headers headers;
  } cases[] = {
      {503, {{"Retry-After", "0"}}},
      {429, {{"retry-after-ms", "1"}}},
      {429, {{"Retry-After", HttpDate(In(-1min))}}},
      {429, {{"X-RateLimit-Reset", passed}}},
      // Of no use: as if it were not there.
      {429, {{"Retry-After", "soon"}}},
      {429, {{"Retry-After", "-1"}}},
  };
  for (const auto& [status, headers] : cases) {
    EXPECT_EQ(WaitAfter(status, headers), 62500us) << headers.front().value;
  }
}

TEST_F(RetryWaitsTest, ResponseSaysUntilWhichDateToWait) {
  EXPECT_THAT(WaitAfter(429, {{"Retry-After", HttpDate(In(40s))}}), AllOf(Gt(20s), Le(40s)));
}

TEST_F(RetryWaitsTest, ResponseSaysUntilWhichUnixTimeToWait) {
  EXPECT_THAT(WaitAfter(503, {{"X-RateLimit-Reset", std::to_string(In(40s))}}),
              AllOf(Gt(20s), Le(40s)));
}

// ---- Waits that are not begun

TEST_F(RetryWaitsTest, WaitThatOutlivesTheDeadlineIsNotBegunAndTheErrorSaysHowLongItIs) {
  const auto answer = GetAfter(429, {{"Retry-After", "90"}});
  EXPECT_EQ(answer.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "HTTP_429");
  EXPECT_EQ(RetryDelayOf(answer.status), 90s);
  EXPECT_EQ(ValueOf(answer.trailing, "grpc-retry-pushback-ms"), "90000");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_THAT(time.waits(), IsEmpty());
  EXPECT_EQ(upstream.counters().requests, 1);
}

TEST_F(RetryWaitsTest, BackoffThatOutlivesTheDeadlineIsNotBegunEither) {
  config.retry_initial_backoff = 200s;
  config.retry_max_backoff = 200s;
  const auto answer = GetAfter(503, {});
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(RetryDelayOf(answer.status), 100s);
  EXPECT_EQ(ValueOf(answer.trailing, "grpc-retry-pushback-ms"), "100000");
  EXPECT_THAT(time.waits(), IsEmpty());
}

TEST_F(RetryWaitsTest, GatewaysTimeoutIsADeadlineForWaitsToo) {
  config.timeout = 20s;
  EXPECT_EQ(RetryDelayOf(GetAfter(429, {{"Retry-After", "20"}}).status), 20s);
  EXPECT_THAT(time.waits(), IsEmpty());
  EXPECT_EQ(WaitAfter(429, {{"Retry-After", "10"}}), 10s);
}

TEST_F(RetryWaitsTest, WaitsThatAreOverCountAgainstTheDeadline) {
  config.max_attempts = 5;
  AnswerAlways(429, "", {{"Retry-After", "20"}});
  const auto answer = Get("splr_1", {}, kLongCall);
  EXPECT_EQ(answer.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(RetryDelayOf(answer.status), 20s);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_THAT(time.waits(), ElementsAre(20s, 20s));
}

TEST_F(RetryWaitsTest, LastAnswersWishIsPassedOnToTheCaller) {
  AnswerAlways(429, "", {{"Retry-After", "3"}});
  const auto answer = Get();
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_EQ(RetryDelayOf(answer.status), 3s);
  EXPECT_EQ(ValueOf(answer.trailing, "grpc-retry-pushback-ms"), "3000");
  EXPECT_THAT(time.waits(), ElementsAre(3s, 3s));
}

TEST_F(RetryWaitsTest, Row12_PushbackIsNeverZero) {
  config.max_attempts = 1;
  for (const Headers& headers :
       {Headers{{"Retry-After", "0"}}, {{"X-RateLimit-Reset", "0"}}, {{"retry-after-ms", "0"}}}) {
    AnswerAlways(429, "", headers);
    EXPECT_EQ(ValueOf(Get().trailing, "grpc-retry-pushback-ms"), "none");
  }
  AnswerAlways(429, "", {{"retry-after-ms", "1"}});
  EXPECT_EQ(ValueOf(Get().trailing, "grpc-retry-pushback-ms"), "125");
}

TEST_F(RetryWaitsTest, ASuccessAfterWaitsHasNoWishLeft) {
  const auto answer = GetAfter(429, {{"Retry-After", "3"}});
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(ValueOf(answer.trailing, "grpc-retry-pushback-ms"), "none");
}

}  // namespace
}  // namespace gateway
