#include "tests/simulator/outage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulator/simulator.h"
#include "tests/simulator/test_clock.h"

namespace extend_simulator {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

constexpr const char* kProcessingRun = "/split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ";

class OutageTest : public testing::Test {
 protected:
  ApiResponse Call(const std::string& method, const std::string& target,
                   const std::string& body = "") {
    return simulator_.Handle({method, target, body, [](const std::string& name) -> std::string {
                                if (name == "authorization") return "Bearer key";
                                return name == "x-extend-api-version" ? "2026-02-09" : "";
                              }});
  }
  void Begin(const std::string& outage) {
    const ApiResponse response = Call("POST", "/_simulator/outage", outage);
    EXPECT_EQ(response.status, 200) << response.body;
  }

  TestClock clock_;
  Simulator simulator_{{}, clock_.Function()};
};

TEST_F(OutageTest, RefusesTheNextRequestsWithoutProcessingThem) {
  Begin(R"({"requests": 2})");
  for (int i = 0; i < 2; ++i) {
    const ApiResponse response = Call("POST", std::string(kProcessingRun) + "/cancel");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body["retryable"], true);
  }
  EXPECT_EQ(Call("GET", kProcessingRun).body["status"], "PROCESSING");
}

TEST_F(OutageTest, LastsForItsTime) {
  Begin(R"({"seconds": 1.5, "status": 502})");
  clock_.Pass(1499ms);
  EXPECT_EQ(Call("GET", "/split_runs").status, 502);
  clock_.Pass(1ms);
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
}

TEST_F(OutageTest, EndsWithWhateverComesFirst) {
  Begin(R"({"seconds": 10, "requests": 1})");
  EXPECT_EQ(Call("GET", "/split_runs").status, 503);
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
}

TEST_F(OutageTest, BefallsOnlyItsMethodAndPath) {
  Begin(R"({"requests": 1, "method": "POST", "path": "/split_runs/*/cancel"})");
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
  EXPECT_EQ(Call("GET", kProcessingRun).status, 200);
  EXPECT_EQ(Call("POST", "/split_runs/batch").status, 400);
  EXPECT_EQ(Call("POST", std::string(kProcessingRun) + "/cancel").status, 503);
}

TEST_F(OutageTest, MayCarryTheRequestOutFirst) {
  Begin(R"({"requests": 1, "processed": true, "status": 504})");
  EXPECT_EQ(Call("POST", std::string(kProcessingRun) + "/cancel").status, 504);
  EXPECT_EQ(Call("GET", kProcessingRun).body["status"], "CANCELLED");
}

TEST_F(OutageTest, MaySayWhenToRetry) {
  Begin(R"({"requests": 1, "status": 429, "retryAfter": 7})");
  EXPECT_THAT(Call("GET", "/split_runs").headers, Contains(Pair("Retry-After", "7")));
}

TEST_F(OutageTest, MayCloseTheConnectionInstead) {
  Begin(R"({"requests": 1, "close": true})");
  EXPECT_EQ(Call("GET", "/split_runs").delivery, Delivery::kNothing);
  EXPECT_EQ(Call("GET", "/split_runs").delivery, Delivery::kWhole);
}

TEST_F(OutageTest, CountsWhomItBefallsAndCanBeEnded) {
  Begin(R"({"requests": 5})");
  Call("GET", "/split_runs");
  EXPECT_EQ(Call("GET", "/_simulator/outage").body,
            nlohmann::json({{"active", true}, {"requests", 1}}));
  EXPECT_EQ(Call("DELETE", "/_simulator/outage").body,
            nlohmann::json({{"active", false}, {"requests", 1}}));
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
}

TEST_F(OutageTest, ANewOneReplacesTheOneBefore) {
  Begin(R"({"requests": 5})");
  Begin(R"({"requests": 1, "status": 500})");
  EXPECT_EQ(Call("GET", "/split_runs").status, 500);
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
}

TEST_F(OutageTest, RefusesNonsense) {
  const std::pair<const char*, const char*> kCases[] = {
      {"{", "JSON"},
      {"{}", "requests or seconds"},
      {R"({"requests": -1})", "requests must be"},
      {R"({"seconds": 0})", "seconds must be"},
      {R"({"requests": 1, "status": 200})", "status must be"},
      {R"({"requests": 1, "status": 503, "close": true})", "not both"},
      {R"({"requests": 1, "path": "split_runs"})", "path must be"},
      {R"({"requests": 1, "retryAfter": "soon"})", "retryAfter must be"},
      {R"({"requests": 1, "stauts": 503})", "unknown: stauts"},
  };
  for (const auto& [body, error] : kCases) {
    const ApiResponse response = Call("POST", "/_simulator/outage", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body["error"].get<std::string>(), HasSubstr(error)) << body;
  }
  EXPECT_EQ(Call("PUT", "/_simulator/outage").status, 405);
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
}

}  // namespace
}  // namespace extend_simulator
