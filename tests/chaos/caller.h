// One gRPC call at a time, with a deadline and perhaps a caller who gives up.
//
// Belongs to one thread.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "extend/v1/split_run_service.grpc.pb.h"

namespace gateway::chaos {

struct CallPlan {
  /// Nothing: the call has no deadline.
  std::optional<std::chrono::milliseconds> deadline;
  /// When the caller cancels, if the call has not ended.
  std::optional<std::chrono::milliseconds> cancel_after;
};

struct CallResult {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string message;
  /// The ErrorInfo's reason, and the `status` that a reconciled cancel adds.
  std::string reason;
  std::string state;
  /// What was done, as the error says; empty without it.
  std::string outcome;
  /// From the trailing metadata; 0 without it.
  int attempts = 0;
  std::chrono::steady_clock::duration elapsed{0};
};

/// `UNAVAILABLE HTTP_502`
std::string TextOf(const CallResult& result);

class Caller {
 public:
  using Stub = extend::v1::SplitRunService::Stub;
  template <class Request, class Response>
  using Method = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Stub::*)(
      grpc::ClientContext*, const Request&, grpc::CompletionQueue*);

  explicit Caller(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {}
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  /// `name` goes with the call, see kCallHeader.
  template <class Request, class Response>
  CallResult Call(Method<Request, Response> method, const Request& request, const CallPlan& plan,
                  const std::string& name, Response& response) {
    // Before the deadline is set: no wait for a processor in between makes it look early.
    const auto begun = std::chrono::steady_clock::now();
    grpc::ClientContext context;
    SetUp(plan, name, context);
    grpc::Status status;
    const auto reader = (stub_.*method)(&context, request, &queue_);
    reader->StartCall();
    reader->Finish(&response, &status, this);
    Await(plan, context);
    return ResultOf(status, context, std::chrono::steady_clock::now() - begun);
  }

 private:
  static void SetUp(const CallPlan& plan, const std::string& name, grpc::ClientContext& context);
  void Await(const CallPlan& plan, grpc::ClientContext& context);
  static CallResult ResultOf(const grpc::Status& status, const grpc::ClientContext& context,
                             std::chrono::steady_clock::duration elapsed);

  Stub stub_;
  grpc::CompletionQueue queue_;
};

}  // namespace gateway::chaos
