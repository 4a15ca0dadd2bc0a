#include "tests/chaos/caller.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <tuple>

#include "gateway/base/status_code.h"
#include "tests/chaos/call_header.h"

namespace gateway::chaos {
namespace {

using std::chrono::system_clock;

/// A call that lasts so long hangs: it is cancelled, so that the campaign can report it.
constexpr std::chrono::seconds kHangs{60};

google::rpc::ErrorInfo ErrorInfoOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& any : details.details()) {
      if (any.Is<google::rpc::ErrorInfo>()) std::ignore = any.UnpackTo(&info);
    }
  }
  return info;
}

}  // namespace

std::string TextOf(const CallResult& result) {
  std::string text(StatusCodeName(result.code));
  if (!result.reason.empty()) text += " " + result.reason;
  return text;
}

Caller::~Caller() {
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void Caller::SetUp(const CallPlan& plan, const std::string& name, grpc::ClientContext& context) {
  context.AddMetadata(kCallHeader, name);
  if (plan.deadline) context.set_deadline(system_clock::now() + *plan.deadline);
}

void Caller::Await(const CallPlan& plan, grpc::ClientContext& context) {
  void* tag = nullptr;
  bool ok = false;
  const auto patience = plan.cancel_after.value_or(kHangs);
  if (queue_.AsyncNext(&tag, &ok, system_clock::now() + patience) ==
      grpc::CompletionQueue::TIMEOUT) {
    context.TryCancel();
    queue_.Next(&tag, &ok);
  }
}

CallResult Caller::ResultOf(const grpc::Status& status, const grpc::ClientContext& context,
                            std::chrono::steady_clock::duration elapsed) {
  CallResult result{.code = status.error_code(),
                    .message = status.error_message(),
                    .reason = {},
                    .state = {},
                    .outcome = {},
                    .attempts = 0,
                    .elapsed = elapsed};
  if (!status.ok()) {
    const google::rpc::ErrorInfo info = ErrorInfoOf(status);
    result.reason = info.reason();
    const auto metadata = [&info](const char* key) {
      const auto found = info.metadata().find(key);
      return found == info.metadata().end() ? std::string() : found->second;
    };
    result.state = metadata("status");
    result.outcome = metadata("outcome");
  }
  const auto& trailing = context.GetServerTrailingMetadata();
  const auto attempts = trailing.find("x-gateway-attempts");
  if (attempts != trailing.end()) {
    result.attempts = std::stoi(std::string(attempts->second.data(), attempts->second.size()));
  }
  return result;
}

}  // namespace gateway::chaos
