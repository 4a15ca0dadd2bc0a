// What becomes of a call that the upstream refuses, by the reconcile rule of its method.
#include <gmock/gmock.h>

#include "tests/wire/order_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class RefusalTest : public ReconcileTest, public testing::WithParamInterface<Case> {};

TEST_P(RefusalTest, OfWhatWasDoneBeforeThisCall) {
  WillMeet({GetParam().script}, {OrderIn("closed")});
  const auto answer = Close();
  ExpectRuling(answer, "ALREADY_CLOSED", "closed");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead));
  EXPECT_THAT(time.waits(), IsEmpty());
}

TEST_P(RefusalTest, OfWhatAnEarlierAttemptMayHaveDone) {
  WillMeet({{Reset()}, GetParam().script}, {OrderIn("closed")});
  const auto answer = Close();
  ExpectOrderAsRead(answer);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "2");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kClose, kRead));
  EXPECT_THAT(time.waits(), ElementsAre(125ms));
}

TEST_P(RefusalTest, OfWhatCanNoLongerBeDone) {
  for (const std::string state : {"shipped", "lost"}) {
    WillMeet({GetParam().script}, {OrderIn(state)});
    ExpectRuling(Close(), "ORDER_GONE", state);
  }
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead, kClose, kRead));
}

TEST_P(RefusalTest, OfWhatMayStillBeDoneIsTriedAgainAfterTheBackoff) {
  WillMeet({GetParam().script, OrderIn("closed")}, {OrderIn("open")});
  const auto answer = Close();
  ExpectOrderAsRead(answer);
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "2");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead, kClose));
  EXPECT_THAT(time.waits(), ElementsAre(125ms));
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, RefusalTest,
    testing::Values(Case{"Http400", Refused(400)}, Case{"Http409", Refused(409)},
                    Case{"Http422", Refused(422)},
                    Case{"Http400Retryable", Refused(400, R"(,"retryable":true)")},
                    Case{"Http409Retryable", Refused(409, R"(,"retryable":true)")},
                    Case{"Http422NotRetryable", Refused(422, R"(,"retryable":false)")},
                    Case{"Http400WithoutBody", {Send(HttpReply(400))}}),
    NameOf);

TEST_F(ReconcileTest, RefusedWhilePendingUntilNoAttemptIsLeftIsTheRefusal) {
  WillMeet({Refused(422), Refused(400), Refused(409)},
           {OrderIn("open"), OrderIn("closing"), OrderIn("open")});
  const auto answer = Close();
  EXPECT_EQ(answer.status.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(answer.status.error_message(), "cannot be closed");
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "CANNOT_CLOSE");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "3");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead, kClose, kRead, kClose, kRead));
  EXPECT_THAT(time.waits(), ElementsAre(125ms, 250ms));
}

TEST_F(ReconcileTest, RefusalsOwnWaitIsObeyedWhilePending) {
  WillMeet({{Send(HttpReply(409, "", {{"Retry-After", "7"}}))}, OrderIn("closed")},
           {OrderIn("closing")});
  ExpectOrderAsRead(Close());
  EXPECT_THAT(time.waits(), ElementsAre(7s));
}

TEST_F(ReconcileTest, WaitWhilePendingThatOutlivesTheDeadlineIsNotBegun) {
  WillMeet({{Send(HttpReply(409, "", {{"Retry-After", "90"}}))}}, {OrderIn("open")});
  const auto answer = Close();
  EXPECT_EQ(answer.status.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(RetryDelayOf(answer.status), 90s);
  EXPECT_EQ(ValueOf(answer.trailing, "grpc-retry-pushback-ms"), "90000");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead));
  EXPECT_THAT(time.waits(), IsEmpty());
}

TEST_F(ReconcileTest, AttemptsThatCannotHaveArrivedDoNotMakeItThisCallsDoing) {
  WillMeet({{Send(HttpReply(429))}, Refused(409)}, {OrderIn("closed")});
  const auto answer = Close();
  ExpectRuling(answer, "ALREADY_CLOSED", "closed");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "2");
}

TEST_F(ReconcileTest, SecondRefusalAfterPendingIsReadAgain) {
  WillMeet({Refused(409)}, {OrderIn("closing"), OrderIn("closed")});
  ExpectRuling(Close(), "ALREADY_CLOSED", "closed");
  EXPECT_THAT(Targets(upstream), ElementsAre(kClose, kRead, kClose, kRead));
}

TEST_F(ReconcileTest, RulingThatIsFinalAsksForNoRetry) {
  WillMeet({{Send(HttpReply(409, "", {{"Retry-After", "7"}}))}}, {OrderIn("shipped")});
  const auto answer = Close();
  ExpectRuling(answer, "ORDER_GONE", "shipped");
  EXPECT_EQ(RetryDelayOf(answer.status), std::nullopt);
  EXPECT_EQ(ValueOf(answer.trailing, "grpc-retry-pushback-ms"), "none");
}

TEST_F(ReconcileTest, RefusalOfAMethodThatMustNotBeSentTwiceIsTriedAgainWhilePending) {
  WillMeet({Refused(409), OrderIn("shipped")}, {OrderIn("open")});
  EXPECT_TRUE(Ship().status.ok());
  EXPECT_THAT(Targets(upstream), ElementsAre(kShip, kRead, kShip));
}

TEST_F(ReconcileTest, ReasonsAreTheRulesOrItsDefaults) {
  WillMeet({Refused(409)}, {OrderIn("shipped")});
  ExpectRuling(Ship(), "SENT_BEFORE", "shipped");
  WillMeet({Refused(409)}, {OrderIn("lost")});
  ExpectRuling(Ship(), "FAILED_PRECONDITION", "lost");
}

}  // namespace
}  // namespace gateway
