// The API as a caller sees it, without a socket.
#include "tests/simulator/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/simulator/status_names.h"
#include "tests/simulator/test_clock.h"

namespace extend_simulator {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

constexpr const char* kProcessingRun = "splr_Xj8mK2pL9nR4vT7qY5wZ";
constexpr const char* kProcessedRun = "splr_Dk2sA9fL7zX4cQ8vN1mB";
constexpr const char* kCreateBody = R"({
  "config": {"splitClassifications": [{"id": "a", "type": "A", "description": "An a"}]},
  "file": {"url": "https://files.example/march.pdf"}})";

class SimulatorTest : public testing::Test {
 protected:
  /// With fresh runs; the first call does so too.
  void Start() { simulator_ = std::make_unique<Simulator>(options_, clock_.Function()); }
  ApiResponse Call(const std::string& method, const std::string& target,
                   const std::string& body = "") {
    if (!simulator_) Start();
    return simulator_->Handle({method, target, body, [this](const std::string& name) {
                                 const auto found = headers_.find(name);
                                 return found == headers_.end() ? "" : found->second;
                               }});
  }
  json Ledger(const std::string& id) { return Call("GET", "/_simulator/ledger").body["runs"][id]; }

  TestClock clock_;
  SimulatorOptions options_;
  std::map<std::string, std::string> headers_ = {{"authorization", "Bearer key"},
                                                 {"x-extend-api-version", "2026-02-09"}};
  std::unique_ptr<Simulator> simulator_;
};

void ExpectError(const ApiResponse& response, int status, const char* code) {
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(response.body["code"], code);
  EXPECT_FALSE(response.body["message"].get<std::string>().empty());
  EXPECT_TRUE(response.body["retryable"].is_boolean());
  EXPECT_THAT(response.headers,
              Contains(Pair("x-extend-request-id", response.body["requestId"].get<std::string>())));
}

TEST_F(SimulatorTest, RefusesWithoutABearerToken) {
  for (const char* value : {"", "Bearer ", "Bearer", "Basic key", "key"}) {
    headers_["authorization"] = value;
    ExpectError(Call("GET", "/split_runs"), 401, "UNAUTHORIZED");
  }
}

TEST_F(SimulatorTest, ChecksTheTokenIfThereIsAKey) {
  options_.api.api_key = "secret";
  ExpectError(Call("GET", "/split_runs"), 401, "UNAUTHORIZED");
  headers_["authorization"] = "Bearer secret";
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
}

TEST_F(SimulatorTest, RefusesWithoutAKnownApiVersion) {
  for (const char* value : {"", "2020-01-01", "latest"}) {
    headers_["x-extend-api-version"] = value;
    ExpectError(Call("GET", "/split_runs"), 400, "INVALID_REQUEST");
  }
}

TEST_F(SimulatorTest, RequiresAWorkspaceWhenConfiguredSoAndEchoesIt) {
  options_.api.require_workspace = true;
  ExpectError(Call("GET", "/split_runs"), 400, "INVALID_REQUEST");
  headers_["x-extend-workspace-id"] = "ws_1";
  EXPECT_THAT(Call("GET", "/split_runs").headers, Contains(Pair("x-extend-workspace-id", "ws_1")));
  for (const std::string& value :
       {std::string("1"), std::string("ws_\r\nx: y"), "ws_" + std::string(300, 'a')}) {
    headers_["x-extend-workspace-id"] = value;
    ExpectError(Call("GET", "/split_runs"), 400, "INVALID_REQUEST");
  }
}

TEST_F(SimulatorTest, UnknownEndpointsAreNotFound) {
  const std::pair<const char*, const char*> kCases[] = {
      {"GET", "/"},
      {"GET", "/split_runs/"},
      {"PUT", "/split_runs"},
      {"GET", "/split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ/cancel"},
      {"POST", "/split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ"},
      {"POST", "/split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ%2Fcancel"},
      {"GET", "/split_runs/a/b"},
      {"GET", "/batch_runs"},
  };
  for (const auto& [method, target] : kCases) {
    SCOPED_TRACE(std::string(method) + " " + target);
    ExpectError(Call(method, target), 404, "NOT_FOUND");
  }
}

TEST_F(SimulatorTest, AnEncodedSlashStaysInTheId) {
  const ApiResponse response = Call("GET", "/split_runs/a%2Fcancel%3Fx%20y");
  ExpectError(response, 404, "NOT_FOUND");
  EXPECT_THAT(response.body["message"].get<std::string>(), HasSubstr("a/cancel?x y"));
}

TEST_F(SimulatorTest, MalformedTargetsAreRefused) {
  for (const char* target :
       {"", "*", "/split_runs/%", "/split_runs/%4", "/split_runs/%zz", "/split_runs?status=%"}) {
    ExpectError(Call("GET", target), 400, "INVALID_REQUEST");
  }
}

TEST_F(SimulatorTest, CreatedRunCanBeReadCancelledAndDeleted) {
  const ApiResponse created = Call("POST", "/split_runs", kCreateBody);
  EXPECT_EQ(created.body["status"], "PROCESSING");
  const std::string id = created.body["id"];
  EXPECT_EQ(Call("GET", "/split_runs/" + id).body, created.body);
  EXPECT_EQ(Call("POST", "/split_runs/" + id + "/cancel").body["status"], "CANCELLED");
  EXPECT_EQ(Call("DELETE", "/split_runs/" + id).body, json({{"id", id}}));
  ExpectError(Call("DELETE", "/split_runs/" + id), 404, "NOT_FOUND");
  ExpectError(Call("GET", "/split_runs/" + id), 404, "NOT_FOUND");
  ExpectError(Call("POST", "/split_runs/" + id + "/cancel"), 404, "NOT_FOUND");
  const json ledger = Ledger(id);
  EXPECT_EQ(ledger["cancelsAccepted"], 1);
  EXPECT_EQ(ledger["deleted"], 1);
}

TEST_F(SimulatorTest, SecondCancelIsRefusedWithTheConfiguredStatus) {
  for (const int status : {400, 409, 422}) {
    options_.api.refusal_status = status;
    Start();
    const std::string target = std::string("/split_runs/") + kProcessingRun + "/cancel";
    EXPECT_EQ(Call("POST", target).status, 200);
    const ApiResponse second = Call("POST", target);
    ExpectError(second, status, "INVALID_REQUEST");
    EXPECT_THAT(second.body["message"].get<std::string>(), HasSubstr("cannot be cancelled"));
    EXPECT_EQ(Ledger(kProcessingRun)["cancelsRefused"], 1);
  }
}

TEST_F(SimulatorTest, EverySeededRunIsInItsState) {
  for (const auto& [id, status] : kSeededRuns) {
    EXPECT_EQ(Call("GET", std::string("/split_runs/") + id).body["status"], StatusName(status));
  }
}

TEST_F(SimulatorTest, ListsSummariesPageByPage) {
  std::set<std::string> ids;
  std::string target = "/split_runs?maxPageSize=4&sortBy=createdAt&sortDir=asc";
  const ApiResponse first = Call("GET", target);
  EXPECT_EQ(first.body["object"], "list");
  ASSERT_EQ(first.body["data"].size(), 4U);
  EXPECT_FALSE(first.body["data"][0].contains("config"));
  std::string encoded;
  for (const char c : first.body["nextPageToken"].get<std::string>()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    static constexpr const char* kHex = "0123456789ABCDEF";
    encoded += plain ? std::string(1, c) : std::string{'%', kHex[c / 16], kHex[c % 16]};
  }
  const ApiResponse second = Call("GET", target + "&nextPageToken=" + encoded);
  EXPECT_EQ(second.body["data"].size(), kSeededRuns.size() - 4);
  EXPECT_FALSE(second.body.contains("nextPageToken"));
  for (const ApiResponse* page : {&first, &second}) {
    for (const json& run : page->body["data"]) ids.insert(run["id"]);
  }
  EXPECT_EQ(ids.size(), kSeededRuns.size());
}

TEST_F(SimulatorTest, LosesResponsesToCancelsAndToNothingElse) {
  options_.api.lose_cancel_responses = true;
  const std::string run = std::string("/split_runs/") + kProcessingRun;
  EXPECT_EQ(Call("POST", run + "/cancel").delivery, Delivery::kHeadOnly);
  const ApiResponse second = Call("POST", run + "/cancel");
  EXPECT_EQ(second.delivery, Delivery::kHeadOnly);
  EXPECT_EQ(second.status, 400);
  EXPECT_EQ(Ledger(kProcessingRun)["cancelsAccepted"], 1);
  const ApiResponse read = Call("GET", run);
  EXPECT_EQ(read.delivery, Delivery::kWhole);
  EXPECT_EQ(read.body["status"], "CANCELLED");
}

TEST_F(SimulatorTest, CancelledRunIsShownAndListedAsCancellingForAWhile) {
  options_.durations.cancelling = std::chrono::seconds{2};
  const std::string run = std::string("/split_runs/") + kProcessingRun;
  EXPECT_EQ(Call("POST", run + "/cancel").body["status"], "CANCELLING");
  ExpectError(Call("POST", run + "/cancel"), 400, "INVALID_REQUEST");
  EXPECT_EQ(Call("GET", "/split_runs?status=CANCELLING").body["data"].size(), 1U);
  clock_.Pass(std::chrono::seconds{2});
  EXPECT_EQ(Call("GET", run).body["status"], "CANCELLED");
  EXPECT_EQ(Call("GET", "/split_runs?status=CANCELLING").body["data"].size(), 0U);
}

TEST_F(SimulatorTest, PendingRunCanBeCancelledOnlyWhereThatIsAllowed) {
  const std::string target = "/split_runs/splr_Pn5cV8bM4kJ1hG6tR3eW/cancel";
  ExpectError(Call("POST", target), 400, "INVALID_REQUEST");
  options_.pending_cancels = PendingCancels::kAllowed;
  Start();
  EXPECT_EQ(Call("POST", target).body["status"], "CANCELLED");
}

TEST_F(SimulatorTest, RefusedCancelNamesTheRun) {
  const std::string target = std::string("/split_runs/") + kProcessedRun + "/cancel";
  EXPECT_EQ(Call("POST", target).body["runId"], kProcessedRun);
  options_.api.error_shape = ErrorShape::kNested;
  Start();
  EXPECT_EQ(Call("POST", target).body["error"]["runId"], kProcessedRun);
  EXPECT_FALSE(Call("GET", "/split_runs/none").body["error"].contains("runId"));
}

TEST_F(SimulatorTest, CreatedRunIsFoundByItsMetadataAmongTheNewest) {
  const json body = json::parse(kCreateBody);
  Start();
  for (const char* marker : {"first", "second"}) {
    json marked = body;
    marked["metadata"] = {{"marker", marker}};
    clock_.Pass(std::chrono::seconds{1});
    Call("POST", "/split_runs", marked.dump());
  }
  const json newest =
      Call("GET", "/split_runs?sortBy=createdAt&sortDir=desc&maxPageSize=2").body["data"];
  EXPECT_EQ(newest[0]["metadata"]["marker"], "second");
  EXPECT_EQ(newest[1]["metadata"]["marker"], "first");
}

TEST_F(SimulatorTest, UnencodedPageTokenIsRefused) {
  const std::string token = Call("GET", "/split_runs?maxPageSize=1").body["nextPageToken"];
  ExpectError(Call("GET", "/split_runs?nextPageToken=" + token), 400, "INVALID_REQUEST");
}

TEST_F(SimulatorTest, CreatesABatch) {
  const ApiResponse batch = Call("POST", "/split_runs/batch", R"({"splitter": {"id": "spl_a"},
      "inputs": [{"file": {"id": "file_a"}}, {"file": {"id": "file_b"}}]})");
  EXPECT_EQ(batch.body["runCount"], 2);
  const std::string id = batch.body["id"];
  EXPECT_EQ(Call("GET", "/batch_runs/" + id).body, batch.body);
  EXPECT_EQ(Call("GET", "/split_runs?batchId=" + id).body["data"].size(), 2U);
  ExpectError(Call("GET", "/batch_runs/bpr_unknown"), 404, "NOT_FOUND");
}

TEST_F(SimulatorTest, RefusesBadBodies) {
  for (const char* target : {"/split_runs", "/split_runs/batch"}) {
    for (const char* body : {"", "{", "[]", "{}", "\xff", R"({"config": 1, "inputs": 1})"}) {
      ExpectError(Call("POST", target, body), 400, "INVALID_REQUEST");
    }
  }
}

TEST_F(SimulatorTest, CreatingMoreThanAllowedIsBlocked) {
  options_.max_runs = kSeededRuns.size() + 1;
  EXPECT_EQ(Call("POST", "/split_runs", kCreateBody).status, 200);
  ExpectError(Call("POST", "/split_runs", kCreateBody), 402, "USAGE_BLOCKED");
}

TEST_F(SimulatorTest, LimitsTheRatePerCategory) {
  options_.api.requests_per_second = 2;
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
  const ApiResponse refused = Call("GET", "/split_runs");
  ExpectError(refused, 429, "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(refused.body["retryable"], true);
  EXPECT_THAT(refused.headers, Contains(Pair("Retry-After", "1")));
  EXPECT_THAT(refused.headers, Contains(Pair("X-RateLimit-Reset", "1770652801")));
  EXPECT_EQ(Call("POST", "/split_runs", kCreateBody).status, 200) << "another category";
  clock_.Pass(std::chrono::seconds{1});
  EXPECT_EQ(Call("GET", "/split_runs").status, 200);
}

TEST_F(SimulatorTest, ErrorsComeInEveryShape) {
  const auto body = [&](ErrorShape shape) {
    options_.api.error_shape = shape;
    Start();
    return Call("GET", "/split_runs/none").body;
  };
  const json fields = {{"code", "NOT_FOUND"},
                       {"message", "Split run not found: none"},
                       {"retryable", false},
                       {"requestId", "req_0000000000000001"}};
  json current = fields;
  current["docUrl"] = "https://docs.extend.ai/errors#NOT_FOUND";
  EXPECT_EQ(body(ErrorShape::kCurrent), current);
  EXPECT_EQ(body(ErrorShape::kNested), json({{"error", fields}}));
  EXPECT_EQ(body(ErrorShape::kLegacy), json({{"success", false}, {"error", fields["message"]}}));
  EXPECT_EQ(body(ErrorShape::kText), json({{"error", fields["message"]}}));
}

TEST_F(SimulatorTest, EveryResponseHasARequestIdOfItsOwn) {
  std::set<std::string> ids;
  for (const char* target : {"/split_runs", "/none", "/split_runs?status=none"}) {
    const ApiResponse response = Call("GET", target);
    for (const auto& [name, value] : response.headers) {
      if (name == "x-extend-request-id") ids.insert(value);
    }
  }
  EXPECT_EQ(ids.size(), 3U);
}

TEST_F(SimulatorTest, ControlSeedsARunThatStays) {
  headers_.clear();
  const ApiResponse seeded = Call("POST", "/_simulator/runs",
                                  R"({"status": "PROCESSING", "id": "a/b", "fileName": "x.csv"})");
  EXPECT_EQ(seeded.body["file"]["name"], "x.csv");
  clock_.Pass(std::chrono::hours{1000});
  EXPECT_EQ(Ledger("a/b")["status"], "PROCESSING");
  EXPECT_EQ(Call("POST", "/_simulator/runs", R"({"status": "FAILED", "id": "a/b"})").status, 409);
  const ApiResponse named = Call("POST", "/_simulator/runs", R"({"status": "PROCESSED"})");
  EXPECT_THAT(named.body["id"].get<std::string>(), StartsWith("splr_"));
}

TEST_F(SimulatorTest, ControlSeedsARunThatShowsAPatchOfItsJson) {
  const json shown =
      Call("POST", "/_simulator/runs", R"({"status": "PROCESSED", "id": "a", "fileName": "a.pdf",
      "shown": {"reviewed": true, "file": {"parentFileId": "file_b"}}})")
          .body;
  EXPECT_EQ(shown["reviewed"], true);
  EXPECT_EQ(shown["file"]["parentFileId"], "file_b");
  EXPECT_EQ(shown["file"]["name"], "a.pdf");
  EXPECT_EQ(Call("GET", "/split_runs/a").body, shown);
  const json listed = Call("GET", "/split_runs?fileNameContains=a.pdf").body["data"];
  EXPECT_EQ(listed[0]["reviewed"], true);
}

TEST_F(SimulatorTest, ControlFinishesARun) {
  const std::string id = Call("POST", "/split_runs", kCreateBody).body["id"];
  const json finished = Call("POST", "/_simulator/runs/" + id + "/finish").body;
  EXPECT_EQ(finished["status"], "PROCESSED");
  EXPECT_EQ(Call("GET", "/split_runs/" + id).body, finished);
}

TEST_F(SimulatorTest, ControlRefusesNonsense) {
  EXPECT_EQ(Call("POST", "/_simulator/runs", "{").status, 400);
  EXPECT_EQ(Call("POST", "/_simulator/runs", R"({"status": 3})").status, 400);
  EXPECT_EQ(Call("POST", "/_simulator/runs", R"({"status": "FAILED", "shown": 3})").status, 400);
  EXPECT_EQ(Call("POST", "/_simulator/runs/none/finish").status, 404);
  EXPECT_EQ(Call("GET", "/_simulator/other").status, 404);
}

TEST_F(SimulatorTest, ProcessedRunHasAsManySplitsAsConfigured) {
  options_.api.splits = 500;
  const json run = Call("GET", std::string("/split_runs/") + kProcessedRun).body;
  EXPECT_EQ(run["output"]["splits"].size(), 500U);
}

}  // namespace
}  // namespace extend_simulator
