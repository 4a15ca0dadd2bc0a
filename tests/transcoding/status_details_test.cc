#include "gateway/transcoding/status_details.h"

#include <gmock/gmock.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

google::rpc::Status Parse(const grpc::Status& status) {
  google::rpc::Status parsed;
  EXPECT_TRUE(parsed.ParseFromString(status.error_details()));
  return parsed;
}

// The details' types, without their common prefix.
std::vector<std::string> Types(const grpc::Status& status) {
  constexpr std::string_view kPrefix = "type.googleapis.com/google.rpc.";
  std::vector<std::string> types;
  const google::rpc::Status parsed = Parse(status);
  for (const auto& detail : parsed.details()) {
    EXPECT_TRUE(detail.type_url().starts_with(kPrefix)) << detail.type_url();
    types.push_back(detail.type_url().substr(kPrefix.size()));
  }
  return types;
}

template <class T>
T Detail(const grpc::Status& status) {
  T message;
  const google::rpc::Status parsed = Parse(status);
  for (const auto& detail : parsed.details()) {
    if (detail.UnpackTo(&message)) return message;
  }
  ADD_FAILURE() << "no " << message.GetTypeName();
  return message;
}

StatusDetails EveryDetail() {
  StatusDetails details;
  details.reason = "NOT_FOUND";
  details.domain = "api.example";
  details.metadata = {{"attempts", "2"}};
  details.request_id = "req_1";
  details.doc_url = "https://docs.example/not-found";
  details.retry_after = std::chrono::milliseconds(1500);
  auto& violation = *details.bad_request.add_field_violations();
  violation.set_field("id");
  violation.set_description("must not be empty");
  return details;
}

TEST(StatusDetails, HoldEachFactOnceAndInOrder) {
  const grpc::Status status = MakeStatus(grpc::NOT_FOUND, "no such run", EveryDetail());
  EXPECT_EQ(status.error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no such run");
  // Clients compare them: Python's from_call refuses details that differ from the status.
  EXPECT_EQ(Parse(status).code(), grpc::NOT_FOUND);
  EXPECT_EQ(Parse(status).message(), "no such run");
  EXPECT_THAT(Types(status),
              ElementsAre("ErrorInfo", "RequestInfo", "Help", "RetryInfo", "BadRequest"));

  const auto info = Detail<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.reason(), "NOT_FOUND");
  EXPECT_EQ(info.domain(), "api.example");
  EXPECT_THAT(info.metadata(),
              UnorderedElementsAre(Pair("attempts", "2"), Pair("requestId", "req_1"),
                                   Pair("docUrl", "https://docs.example/not-found")));
  EXPECT_EQ(Detail<google::rpc::RequestInfo>(status).request_id(), "req_1");
  EXPECT_EQ(Detail<google::rpc::Help>(status).links(0).url(), "https://docs.example/not-found");
  EXPECT_EQ(Detail<google::rpc::RetryInfo>(status).retry_delay().seconds(), 1);
  EXPECT_EQ(Detail<google::rpc::RetryInfo>(status).retry_delay().nanos(), 500'000'000);
  EXPECT_EQ(Detail<google::rpc::BadRequest>(status).field_violations(0).field(), "id");
}

TEST(StatusDetails, HoldOnlyErrorInfoWhereNothingElseIsKnown) {
  StatusDetails details;
  details.reason = "HTTP_500";
  EXPECT_THAT(Types(MakeStatus(grpc::INTERNAL, "m", details)), ElementsAre("ErrorInfo"));
}

TEST(StatusDetails, NeverAskForANegativeWait) {
  StatusDetails details;
  details.retry_after = std::chrono::nanoseconds(-1);
  const auto delay =
      Detail<google::rpc::RetryInfo>(MakeStatus(grpc::UNAVAILABLE, "m", details)).retry_delay();
  EXPECT_EQ(delay.seconds(), 0);
  EXPECT_EQ(delay.nanos(), 0);
}

TEST(StatusDetails, CutTheMessageAtOneKibibyte) {
  const StatusDetails details;
  EXPECT_EQ(MakeStatus(grpc::INTERNAL, std::string(2000, 'x'), details).error_message(),
            std::string(1024, 'x'));
  const grpc::Status status =
      MakeStatus(grpc::INTERNAL, std::string(1023, 'x') + "é and more", details);
  EXPECT_EQ(status.error_message(), std::string(1023, 'x'));
  EXPECT_EQ(Parse(status).message(), status.error_message());
}

TEST(StatusDetails, OverTheLimitHelpGoesFirstThenDocUrlThenOtherMetadata) {
  const struct {
    std::size_t doc_url;
    std::size_t fact;
    std::vector<std::string> types;
    std::vector<std::string> keys;
  } rows[] = {
      {100,
       100,
       {"ErrorInfo", "RequestInfo", "Help", "RetryInfo"},
       {"docUrl", "fact", "requestId"}},
      {1800, 100, {"ErrorInfo", "RequestInfo", "RetryInfo"}, {"docUrl", "fact", "requestId"}},
      {1800, 1500, {"ErrorInfo", "RequestInfo", "RetryInfo"}, {"fact", "requestId"}},
      {1800, 4000, {"ErrorInfo", "RequestInfo", "RetryInfo"}, {}},
  };
  for (const auto& row : rows) {
    StatusDetails details = EveryDetail();
    details.bad_request.Clear();
    details.doc_url = std::string(row.doc_url, 'u');
    details.metadata = {{"fact", std::string(row.fact, 'f')}};
    const grpc::Status status = MakeStatus(grpc::INTERNAL, std::string(1000, 'm'), details);
    EXPECT_LE(status.error_details().size(), 4096U);
    EXPECT_THAT(Types(status), ::testing::ElementsAreArray(row.types));
    std::vector<std::string> keys;
    const auto info = Detail<google::rpc::ErrorInfo>(status);
    for (const auto& [key, value] : info.metadata()) {
      keys.push_back(key);
    }
    EXPECT_THAT(keys, ::testing::UnorderedElementsAreArray(row.keys));
  }
}

TEST(StatusDetails, KeepErrorInfoWhenNothingElseFits) {
  StatusDetails details = EveryDetail();
  details.request_id = std::string(5000, 'r');
  const grpc::Status status = MakeStatus(grpc::INTERNAL, std::string(1024, 'm'), details);
  EXPECT_THAT(Types(status), ElementsAre("ErrorInfo"));
  EXPECT_EQ(Detail<google::rpc::ErrorInfo>(status).reason(), "NOT_FOUND");
  EXPECT_LE(status.error_details().size(), 4096U);
}

TEST(StatusDetails, KeepTheFirstViolationsThatFit) {
  StatusDetails details = EveryDetail();
  for (int i = 0; i < 1000; ++i) {
    details.bad_request.add_field_violations()->set_description(std::string(100, 'v'));
  }
  const grpc::Status status = MakeStatus(grpc::INVALID_ARGUMENT, "m", details);
  const auto kept = Detail<google::rpc::BadRequest>(status);
  EXPECT_EQ(kept.field_violations(0).field(), "id");
  EXPECT_GT(kept.field_violations_size(), 10);
  EXPECT_LE(kept.ByteSizeLong(), 2048U);
  EXPECT_LE(status.error_details().size(), 4096U);
}

TEST(StatusDetails, LeaveRoomForAMessageThatGrowsOnTheWire) {
  StatusDetails details = EveryDetail();
  details.metadata = {{"fact", std::string(1800, 'f')}};
  std::string message;
  while (message.size() < 1022) message += "漢";
  const grpc::Status status = MakeStatus(grpc::INTERNAL, message, details);
  EXPECT_EQ(status.error_message(), message);
  const std::size_t on_the_wire = message.size() * 3 + status.error_details().size() * 4 / 3;
  EXPECT_LE(on_the_wire, 7U * 1024);
  EXPECT_THAT(Types(MakeStatus(grpc::INTERNAL, std::string(1022, 'x'), details)),
              ::testing::Contains("Help"));
  EXPECT_THAT(Types(status), ::testing::Not(::testing::Contains("Help")));
}

}  // namespace
}  // namespace gateway
