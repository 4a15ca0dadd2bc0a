// What becomes of a call whose outcome nobody knows, by the reconcile rule of its method.
#include <gmock/gmock.h>

#include "tests/wire/order_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class UnknownOutcomeTest : public ReconcileTest, public testing::WithParamInterface<Case> {
 protected:
  UnknownOutcomeTest() {
    config.attempt_timeout = 200ms;
    config.max_attempts = 1;
  }
};

TEST_P(UnknownOutcomeTest, IsReadWithASingleAttemptToo) {
  WillMeet({GetParam().script}, {OrderIn("closed")});
  const auto answer = Close();
  ExpectOrderAsRead(answer);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead));
}

TEST_P(UnknownOutcomeTest, IsReadOnlyWhenNoAttemptIsLeft) {
  config.max_attempts = 3;
  WillMeet({GetParam().script}, {OrderIn("closed")});
  const auto answer = Close();
  ExpectOrderAsRead(answer);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kClose, kClose, kRead));
  EXPECT_THAT(time.waits(), ElementsAre(125ms, 250ms));
}

TEST_P(UnknownOutcomeTest, WithAnotherFinalStateSaysWhich) {
  WillMeet({GetParam().script}, {OrderIn("shipped")});
  ExpectRuling(Close(), "ORDER_GONE", "shipped");
}

TEST_P(UnknownOutcomeTest, WhilePendingIsTheErrorItself) {
  WillMeet({GetParam().script}, {OrderIn("open")});
  const auto answer = Close();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().count("state"), 0U);
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead));
}

INSTANTIATE_TEST_SUITE_P(
    Errors, UnknownOutcomeTest,
    testing::Values(Case{"Reset", {Reset()}},
                    Case{"CutShort",
                         {Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), gateway::Close()}},
                    Case{"AttemptTimeout", {Stall()}}, Case{"Http408", {Send(HttpReply(408))}},
                    Case{"Http502", {Send(HttpReply(502))}},
                    Case{"Http503", {Send(HttpReply(503))}},
                    Case{"Http504", {Send(HttpReply(504))}}),
    NameOf);

class KnownOutcomeTest : public ReconcileTest, public testing::WithParamInterface<Case> {};

TEST_P(KnownOutcomeTest, IsNotRead) {
  config.max_attempts = 1;
  WillMeet({GetParam().script}, {OrderIn("closed")});
  const auto answer = Close();
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().count("state"), 0U);
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose));
}

INSTANTIATE_TEST_SUITE_P(
    Answers, KnownOutcomeTest,
    testing::Values(Case{"Success", OrderIn("closed")},
                    Case{"SuccessThatIsPending", OrderIn("closing")}, Case{"Http401", Refused(401)},
                    Case{"Http403", Refused(403)}, Case{"Http404", Refused(404)},
                    Case{"Http410", Refused(410)}, Case{"Http429", Refused(429)},
                    Case{"Http500", Refused(500)}),
    NameOf);

TEST_F(ReconcileTest, SuccessIsPassedOnInWhateverStateItIs) {
  WillMeet({OrderIn("closing")}, {OrderIn("closed")});
  const auto answer = Close();
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.message.state(), "closing");
}

TEST_F(ReconcileTest, WhatWasNeverSentIsNotRead) {
  config.upstream_url = "http://127.0.0.1:1";
  const auto answer = Close();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_CONNECT");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_THAT(time.waits(), ElementsAre(125ms, 250ms));
}

// ---- A GET that tells nothing

class FailedReadTest : public ReconcileTest, public testing::WithParamInterface<Case> {
 protected:
  FailedReadTest() {
    config.attempt_timeout = 200ms;
    config.max_attempts = 1;
  }
};

TEST_P(FailedReadTest, LeavesTheRefusalAsItIs) {
  WillMeet({Refused(409, R"(,"retryable":true,"requestId":"r-1")")}, {GetParam().script});
  const auto answer = Close();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(answer.status.error_message(), "cannot be closed");
  const auto info = ErrorInfoOf(answer.status);
  EXPECT_EQ(info.reason(), "CANNOT_CLOSE");
  EXPECT_EQ(info.metadata().at("httpStatus"), "409");
  EXPECT_EQ(info.metadata().at("requestId"), "r-1");
  EXPECT_EQ(info.metadata().count("state"), 0U);
  EXPECT_EQ(RetryDelayOf(answer.status), std::nullopt);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead));
  EXPECT_THAT(time.waits(), IsEmpty());
}

TEST_P(FailedReadTest, LeavesTheLostAnswerAsItIs) {
  WillMeet({{Reset()}}, {GetParam().script});
  const auto answer = Close();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_RESET");
  EXPECT_EQ(RetryDelayOf(answer.status), std::nullopt);
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead));
}

INSTANTIATE_TEST_SUITE_P(
    Reads, FailedReadTest,
    testing::Values(Case{"Reset", {Reset()}}, Case{"AttemptTimeout", {Stall()}},
                    Case{"Http404", {Send(HttpReply(404, R"({"state":"closed"})"))}},
                    Case{"Http429", {Send(HttpReply(429, "", {{"Retry-After", "1"}}))}},
                    Case{"Http500", {Send(HttpReply(500, R"({"state":"closed"})"))}},
                    Case{"Http503", {Send(HttpReply(503))}}, Case{"Empty", {Send(HttpReply(204))}},
                    Case{"NotJson", {Send(HttpReply(200, "closed"))}},
                    Case{"NoState", {Send(HttpReply(200, R"({"orderId":"o-1"})"))}},
                    Case{"StateOfAnotherType", {Send(HttpReply(200, R"({"state":{}})"))}},
                    Case{"UnknownState", OrderIn("archived")},
                    Case{"StateInOtherSpelling", OrderIn("CLOSED")}),
    NameOf);

TEST_F(ReconcileTest, DeadlineWithinTheReadIsDeadlineExceeded) {
  config.timeout = 500ms;
  WillMeet({Refused(409)}, {{Stall()}});
  const auto answer = Close();
  EXPECT_EQ(answer.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "GATEWAY_DEADLINE_EXCEEDED");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead));
}

// ---- A method that must not be sent twice

TEST_F(ReconcileTest, LostAnswerOfAMethodThatMustNotBeSentTwiceIsReadAtOnce) {
  WillMeet({{Reset()}}, {OrderIn("shipped")});
  const auto answer = Ship();
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.message.state(), "shipped");
  EXPECT_THAT(Targets(upstream), ElementsAre(kShip, kRead));
}

TEST_F(ReconcileTest, LostAnswerOfAMethodThatMustNotBeSentTwiceIsNotSentAgainWhilePending) {
  WillMeet({{Reset()}}, {OrderIn("open")});
  EXPECT_EQ(Ship().status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(Targets(upstream), ElementsAre(kShip, kRead));
}

}  // namespace
}  // namespace gateway
