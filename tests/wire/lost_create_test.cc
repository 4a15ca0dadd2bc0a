// Creates whose response is lost, with --create-marker: they are found again, or named.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/wire/manual_time_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using namespace std::chrono_literals;

const std::string kList = "GET /split_runs?sortBy=createdAt&sortDir=desc&maxPageSize=200";

class LostCreateTest : public ManualTimeTest {
 protected:
  LostCreateTest() { config.create_marker = "gateway:create"; }

  /// The POST meets `fate`; the run shows up in the list number `visible` after it, counted from 1.
  void Arrange(const Script& fate, int visible) {
    upstream.OnRequest([this, fate, visible](const ReceivedRequest& request) -> Script {
      if (request.verb == "POST") {
        created_ = json::parse(request.body);
        return fate;
      }
      json runs = json::array();
      runs.push_back({{"id", "splr_other"}, {"metadata", {{"gateway:create", "other"}}}});
      runs.push_back({{"id", "splr_bare"}, {"metadata", nullptr}});
      if (++lists_ >= visible) {
        runs.push_back({{"object", "split_run"},
                        {"id", "splr_new"},
                        {"status", "PROCESSING"},
                        {"metadata", created_["metadata"]}});
      }
      return {Send(HttpReply(200, json{{"object", "list"}, {"data", runs}}.dump()))};
    });
  }
  /// What the POST asked for.
  json Created() { return json::parse(upstream.requests().at(0).body); }
  std::string Marker() {
    return Created().value("metadata", json::object()).value("gateway:create", "none");
  }

  json created_;  // The upstream's.
  int lists_ = 0;
};

TEST_F(LostCreateTest, IsFoundAmongTheNewestRuns) {
  Arrange({Reset()}, 1);
  const auto answer = Create();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.message.id(), "splr_new");
  EXPECT_EQ(answer.message.object(), "split_run");
  EXPECT_EQ(answer.message.status(), extend::v1::RUN_STATUS_PROCESSING);
  EXPECT_EQ(answer.message.metadata().fields().at("gateway:create").string_value(), Marker());
  EXPECT_THAT(Marker(), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "1");
  EXPECT_THAT(Targets(upstream), ElementsAre("POST /split_runs", kList));
}

TEST_F(LostCreateTest, IsLookedForEachSecondUntilItIsThere) {
  Arrange({Reset()}, 3);
  EXPECT_EQ(Create().message.id(), "splr_new");
  EXPECT_THAT(time.waits(), ElementsAre(1s, 1s));
}

TEST_F(LostCreateTest, IsFoundAfterEachKindOfLoss) {
  config.attempt_timeout = 200ms;
  const Script losses[] = {{Stall()},
                           {Send(HttpReply(502, "<html>"))},
                           {Send(HttpReply(408))},
                           {Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), Close()},
                           {Send(HttpReply(200, "<html>"))}};
  for (const Script& loss : losses) {
    lists_ = 0;
    Arrange(loss, 1);
    const auto answer = Create();
    EXPECT_EQ(answer.message.id(), "splr_new") << answer.status.error_message();
  }
}

TEST_F(LostCreateTest, ThatIsNotFoundIsUnavailableAndNamesItsMarker) {
  config.timeout = 5s;
  Arrange({Reset()}, 1000);
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  const auto info = ErrorInfoOf(answer.status);
  EXPECT_EQ(info.reason(), "TRANSPORT_RESET");
  EXPECT_EQ(info.metadata().at("outcome"), "unknown");
  EXPECT_EQ(info.metadata().at("marker"), Marker());
  EXPECT_THAT(time.waits(), ElementsAre(1s, 1s, 1s, 1s));
}

TEST_F(LostCreateTest, ThatTheDeadlineEndedAndNobodyFoundIsDeadlineExceeded) {
  config.timeout = 600ms;
  Arrange({Stall()}, 1000);
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("outcome"), "unknown");
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("marker"), Marker());
  EXPECT_THAT(Targets(upstream), ElementsAre("POST /split_runs", kList));
}

TEST_F(LostCreateTest, WithAValueOfTheCallersKeepsIt) {
  Arrange({Reset()}, 1);
  extend::v1::CreateSplitRunRequest request;
  (*request.mutable_metadata()->mutable_fields())["gateway:create"].set_string_value("mine");
  (*request.mutable_metadata()->mutable_fields())["a"].set_number_value(1);
  EXPECT_EQ(Create(request).message.id(), "splr_new");
  EXPECT_EQ(Created()["metadata"], (json{{"gateway:create", "mine"}, {"a", 1}}));
}

TEST_F(LostCreateTest, ThatWasRefusedOrAnsweredIsNotLookedFor) {
  Arrange({Send(HttpReply(422))}, 1);
  const auto refused = Create();
  EXPECT_EQ(refused.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorInfoOf(refused.status).metadata().count("marker"), 0U);
  Arrange({Send(HttpReply(200, R"({"id":"splr_1"})"))}, 1);
  EXPECT_EQ(Create().message.id(), "splr_1");
  EXPECT_THAT(Marker(), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_THAT(Targets(upstream), ElementsAre("POST /split_runs", "POST /split_runs"));
}

TEST_F(LostCreateTest, WithoutRoomForTheMarkerGoesOutUnmarkedAndIsCounted) {
  Arrange({Reset()}, 1);
  extend::v1::CreateSplitRunRequest request;
  (*request.mutable_metadata()->mutable_fields())["a"].set_string_value(std::string(9990, 'x'));
  const auto answer = Create(request);
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().count("marker"), 0U);
  EXPECT_EQ(Marker(), "none");
  EXPECT_THAT(Targets(upstream), ElementsAre("POST /split_runs"));
  EXPECT_THAT(Metrics(), HasSubstr("\nextend_gateway_unmarked_creates_total 1\n"));
}

TEST_F(LostCreateTest, WithoutTheFlagIsNeitherMarkedNorLookedFor) {
  config.create_marker.clear();
  Arrange({Reset()}, 1);
  EXPECT_EQ(Create().status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Marker(), "none");
  EXPECT_THAT(Targets(upstream), ElementsAre("POST /split_runs"));
}

TEST_F(LostCreateTest, OfABatchIsNotMarked) {
  upstream.OnRequest(InOrder({{Reset()}}));
  extend::v1::CreateSplitRunBatchRequest request;
  request.mutable_splitter()->set_id("spl_1");
  EXPECT_EQ(Call(&Stub::CreateSplitRunBatch, request).status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(upstream.requests().at(0).body, Not(HasSubstr("gateway:create")));
  EXPECT_THAT(Targets(upstream), ElementsAre("POST /split_runs/batch"));
}

}  // namespace
}  // namespace gateway
