// The order API behind a gateway whose waits cost no time: for the rules of reconciling, with an
// API that has nothing to do with split runs.
//
// Belongs to the test's thread, as GatewayTest does.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/wire/manual_time_fixture.h"
#include "tests/wire/order_service.grpc.pb.h"

namespace gateway {

using Order = ::testing::orders::v1::Order;

inline const std::string kClose = "POST /v2/orders/o-1:close";
inline const std::string kShip = "POST /v2/orders/o-1:ship";
inline const std::string kRead = "GET /v2/orders/o-1";

inline Script OrderIn(const std::string& state) {
  return {Send(HttpReply(200, R"({"orderId":"o-1","items":3,"state":")" + state + R"("})"))};
}

inline Script Refused(int status, const std::string& more = "") {
  return {Send(
      HttpReply(status, R"({"code":"CANNOT_CLOSE","message":"cannot be closed")" + more + "}"))};
}

/// A named script, for parameters of tests.
struct Case {
  std::string name;
  Script script;
};
inline std::string NameOf(const testing::TestParamInfo<Case>& info) { return info.param.name; }

class ReconcileTest : public ManualTimeTest {
 protected:
  using Orders = ::testing::orders::v1::Orders;

  ReconcileTest() { config.descriptor_sets = {ORDER_SET}; }

  /// What POSTs and GETs meet, in their order; the last one for all that follow.
  void WillMeet(std::vector<Script> posts, std::vector<Script> gets) {
    upstream.OnRequest([posts = std::move(posts), gets = std::move(gets), post = std::size_t{0},
                        get = std::size_t{0}](const ReceivedRequest& request) mutable {
      return request.verb == "POST" ? posts.at(std::min(post++, posts.size() - 1))
                                    : gets.at(std::min(get++, gets.size() - 1));
    });
  }

  Answer<Order> Close() {
    ::testing::orders::v1::CloseOrderRequest request;
    request.set_order_id("o-1");
    request.set_note("paid");
    return CallBy(*Orders::NewStub(channel()), &Orders::Stub::CloseOrder, request, {}, kLongCall);
  }
  Answer<Order> Ship() {
    ::testing::orders::v1::ShipOrderRequest request;
    request.set_order_id("o-1");
    return CallBy(*Orders::NewStub(channel()), &Orders::Stub::ShipOrder, request, {}, kLongCall);
  }
};

inline void ExpectOrderAsRead(const Answer<Order>& answer) {
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.message.order_id(), "o-1");
  EXPECT_EQ(answer.message.state(), "closed");
  EXPECT_EQ(answer.message.items(), 3);
}

/// FAILED_PRECONDITION by the rule, not by the upstream.
inline void ExpectRuling(const Answer<Order>& answer, const std::string& reason,
                         const std::string& state) {
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const auto info = ErrorInfoOf(answer.status);
  EXPECT_EQ(info.reason(), reason);
  EXPECT_EQ(info.domain(), "testing.orders.v1");
  EXPECT_EQ(info.metadata().at("state"), state);
  EXPECT_EQ(info.metadata().at("attempts"), ValueOf(answer.trailing, "x-gateway-attempts"));
}

}  // namespace gateway
