// A floor: what gRPC itself costs. Answers every SplitRunService/GetSplitRun with the same bytes,
// on one completion-queue thread, and does nothing else.
//
// Usage: bare_grpc_server ANSWER_FILE ADDRESS...      as gRPC writes them; port 0 takes a free one
// Prints `listening PORT` for each address (a Unix socket's is 1). SIGTERM ends it at once.
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>

namespace {

class RawService final : public grpc::Service {
 public:
  RawService() {
    AddMethod(new grpc::internal::RpcServiceMethod("/extend.v1.SplitRunService/GetSplitRun",
                                                   grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRaw(0);
  }
  using grpc::Service::RequestAsyncUnary;
};

/// Waits for one RPC, answers it, deletes itself.
class Call {
 public:
  Call(RawService& service, grpc::ServerCompletionQueue& queue, const grpc::ByteBuffer& answer)
      : service_(service), queue_(queue), answer_(answer) {
    service_.RequestAsyncUnary(0, &context_, &request_, &responder_, &queue_, &queue_, this);
  }

  void Proceed() {
    if (answered_) {
      delete this;
      return;
    }
    new Call(service_, queue_, answer_);
    answered_ = true;
    responder_.Finish(answer_, grpc::Status::OK, this);
  }

 private:
  RawService& service_;
  grpc::ServerCompletionQueue& queue_;
  const grpc::ByteBuffer& answer_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_{&context_};
  bool answered_ = false;
};

constexpr int kWaitingCalls = 16;

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: bare_grpc_server ANSWER_FILE ADDRESS...\n";
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const grpc::Slice slice(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!file) {
    std::cerr << "bare_grpc_server: cannot read " << argv[1] << "\n";
    return 1;
  }
  const grpc::ByteBuffer answer(&slice, 1);

  RawService service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, std::numeric_limits<int>::max());
  std::deque<int> ports;
  for (int i = 2; i < argc; ++i) {
    builder.AddListeningPort(argv[i], grpc::InsecureServerCredentials(), &ports.emplace_back());
  }
  const auto queue = builder.AddCompletionQueue();
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  for (const int port : ports) std::cout << "listening " << port << std::endl;

  for (int i = 0; i < kWaitingCalls; ++i) new Call(service, *queue, answer);
  void* tag = nullptr;
  bool ok = false;
  // Not-ok: the caller has gone. The call is over just the same.
  while (queue->Next(&tag, &ok)) static_cast<Call*>(tag)->Proceed();
}
