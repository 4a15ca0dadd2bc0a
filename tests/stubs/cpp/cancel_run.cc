// Cancels a split run, twice to show an error, and looks for it in a list.
//
// Usage: cancel_run ADDRESS RUN_ID
#include <absl/status/status.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/error_details.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "extend/v1/split_run_service.grpc.pb.h"

namespace v1 = extend::v1;

namespace {

using Stub = v1::SplitRunService::Stub;

// The context of a call: its deadline, and metadata that overrides the gateway's own workspace.
std::unique_ptr<grpc::ClientContext> CallContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const char* workspace = std::getenv("EXTEND_WORKSPACE_ID");
  if (workspace != nullptr && *workspace != '\0') {
    context->AddMetadata("x-extend-workspace-id", workspace);
  }
  return context;
}

// The google.rpc.ErrorInfo of an error; an empty one if the gateway was not reached.
google::rpc::ErrorInfo ErrorInfoOf(const grpc::Status& error) {
  google::rpc::Status status;
  grpc::ExtractErrorDetails(error, &status);
  google::rpc::ErrorInfo info;
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.UnpackTo(&info)) break;
  }
  return info;
}

// A value of the error's metadata, which an error from elsewhere does not have.
std::string MetadataOf(const google::rpc::ErrorInfo& info, const char* key) {
  const auto entry = info.metadata().find(key);
  return entry == info.metadata().end() ? "unknown" : entry->second;
}

// Such as NOT_FOUND: Abseil's codes are gRPC's.
std::string CodeName(const grpc::Status& status) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code()));
}

std::string Cancel(Stub& stub, const std::string& id) {
  v1::CancelSplitRunRequest request;
  request.set_id(id);
  v1::SplitRun run;
  const grpc::Status status = stub.CancelSplitRun(CallContext().get(), request, &run);
  if (!status.ok()) {
    const google::rpc::ErrorInfo info = ErrorInfoOf(status);
    // `outcome` is what this call did: none, unknown (it may have cancelled the run), done.
    return CodeName(status) + " " + info.reason() + ": the run is " + MetadataOf(info, "status") +
           ", outcome " + MetadataOf(info, "outcome");
  }
  // PROCESSING means that the run will be cancelled unless it finishes first.
  return "OK: the run is " + v1::RunStatus_Name(run.status());
}

grpc::Status ListRuns(Stub& stub, v1::RunStatus filter, std::vector<v1::SplitRunSummary>* runs) {
  v1::ListSplitRunsRequest request;
  request.set_status(filter);
  // Small pages, to show how one follows another.
  request.set_max_page_size(1);
  v1::ListSplitRunsResponse page;
  do {
    const grpc::Status status = stub.ListSplitRuns(CallContext().get(), request, &page);
    if (!status.ok()) return status;
    runs->insert(runs->end(), page.data().begin(), page.data().end());
    request.set_next_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  return grpc::Status::OK;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: cancel_run ADDRESS RUN_ID\n";
    return 2;
  }
  const std::string run_id = argv[2];
  const auto stub = v1::SplitRunService::NewStub(
      grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials()));

  std::cout << "first cancel: " << Cancel(*stub, run_id) << '\n';
  std::cout << "second cancel: " << Cancel(*stub, run_id) << '\n';
  std::vector<v1::SplitRunSummary> cancelled;
  const grpc::Status status = ListRuns(*stub, v1::RUN_STATUS_CANCELLED, &cancelled);
  if (!status.ok()) {
    std::cerr << CodeName(status) << ": " << status.error_message() << '\n';
    return 1;
  }
  const bool found = std::any_of(cancelled.begin(), cancelled.end(),
                                 [&](const auto& run) { return run.id() == run_id; });
  std::cout << "listed as cancelled: " << (found ? "yes" : "no") << ", among " << cancelled.size()
            << " runs\n";
  return 0;
}
