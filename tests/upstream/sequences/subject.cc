#include "tests/upstream/sequences/subject.h"

#include <fmt/format.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <cstdlib>
#include <tuple>

#include "extend/v1/split_run_service.pb.h"

namespace gateway::sequences {
namespace {

constexpr const char* kPaths[] = {
    "/extend.v1.SplitRunService/CancelSplitRun", "/extend.v1.SplitRunService/DeleteSplitRun",
    "/extend.v1.SplitRunService/CreateSplitRun", "/extend.v1.SplitRunService/GetSplitRun"};

grpc::ByteBuffer RequestOf(Method method) {
  extend::v1::CancelSplitRunRequest by_id;  // As the other requests by id are.
  by_id.set_id("r");
  extend::v1::CreateSplitRunRequest create;
  create.mutable_file()->set_id("f");
  const std::string bytes =
      method == Method::kCreate ? create.SerializeAsString() : by_id.SerializeAsString();
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

void ReadErrorInfo(const grpc::Status& status, Ending& ending) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (!details.ParseFromString(status.error_details())) return;
  for (const auto& any : details.details()) {
    if (any.Is<google::rpc::ErrorInfo>()) std::ignore = any.UnpackTo(&info);
  }
  const auto value = [&](const char* key) {
    const auto found = info.metadata().find(key);
    return found == info.metadata().end() ? std::string() : found->second;
  };
  ending.reason = info.reason();
  ending.outcome = value("outcome");
  ending.state = value("status");
  ending.attempts = value("attempts");
  ending.http_status = value("httpStatus");
}

}  // namespace

Subject::Subject(const Scenario& scenario) : scenario_(scenario) {
  Config config;
  config.auth = Auth::kGateway;
  config.api_key = "k";
  config.upstream_url = "http://127.0.0.1:1";
  auto app = App::Compile(config);
  if (!app) std::abort();
  app_ = *std::move(app);
  for (const auto& method : app_->services()[0].endpoints) {
    if (method->grpc_path() == kPaths[static_cast<int>(scenario.method)]) method_ = method.get();
  }
  auto prepared =
      method_->PrepareCall(RequestOf(scenario.method), {}, TraceContext(), Deadline::Infinite());
  if (!prepared) std::abort();
  prepared_ = *std::move(prepared);
}

UpstreamCallSpec Subject::Prepare(Clock::time_point now, RetryBudget& budget) const {
  UpstreamCallSpec spec = *prepared_;
  spec.deadline = Deadline::At(now + scenario_.total);
  spec.budget = &budget;
  return spec;
}

std::unique_ptr<UpstreamClient> Subject::Connect(HttpLoop& loop) const {
  RetryOptions options;
  options.max_attempts = scenario_.max_attempts;
  options.attempt_timeout = scenario_.attempt_timeout;
  return std::make_unique<UpstreamClient>(std::vector<HttpLoop*>{&loop}, options, nullptr,
                                          [] { return 0.5; });
}

Ending Subject::Respond(UpstreamResult result, bool deadline_passed) const {
  const RpcResponse response = method_->MakeRpcResponse(result, deadline_passed);
  Ending ending;
  ending.code = response.status.error_code();
  ending.message = response.status.error_message();
  if (response.status.ok()) {
    extend::v1::SplitRun run;  // Its id and status; DeleteSplitRun's response has the id alone.
    if (!run.ParseFromString(response.message)) ending.run = "unreadable";
    if (!run.id().empty()) {
      const std::string name = extend::v1::RunStatus_Name(run.status());
      ending.run = name.substr(std::string("RUN_STATUS_").size());
    }
  } else {
    ReadErrorInfo(response.status, ending);
  }
  const std::string* attempts = FindHeader(response.trailing_metadata, "x-gateway-attempts");
  if (attempts != nullptr) ending.trailer_attempts = *attempts;
  return ending;
}

std::string Subject::RunIn(std::string_view state) {
  return fmt::format(R"({{"object":"split_run","id":"r","status":"{}"}})", state);
}

}  // namespace gateway::sequences
