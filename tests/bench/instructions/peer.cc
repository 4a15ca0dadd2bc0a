// What stands around the gateway of gateway.cc and is not counted: the upstream, and a caller that
// makes one call after the other. Talks to it in lines, as told there.
#include <grpcpp/create_channel.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "extend/v1/split_run_service.grpc.pb.h"
#include "tests/bench/documents.h"
#include "tests/support/scripted_upstream.h"

namespace gateway {
namespace {

constexpr int kWarmUpCalls = 200;
constexpr int kCalls = 1000;
constexpr std::chrono::minutes kPatience{1};

std::string Say(const std::string& line) {
  std::cout << line << std::endl;
  std::string answer;
  if (!std::getline(std::cin, answer)) std::exit(1);
  return answer;
}

void MakeCalls(extend::v1::SplitRunService::Stub& stub, int calls) {
  extend::v1::CancelSplitRunRequest request;
  request.set_id("splr_Xj8mK2pL9nR4vT7qY5wZ");
  for (int i = 0; i < calls; ++i) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    extend::v1::SplitRun run;
    const grpc::Status status = stub.CancelSplitRun(&context, request, &run);
    if (status.ok() && run.id() == request.id()) continue;
    std::cerr << "a call has failed: " << status.error_message() << '\n';
    std::exit(1);
  }
}

void Run() {
  ScriptedUpstream upstream;
  const std::string reply = HttpReply(200, NamedDocument("3KB").value(),
                                      {{"x-extend-request-id", "req_Xj8mK2pL9nR4vT7qY5wZ"}});
  upstream.OnRequest([&](const ReceivedRequest&) { return Script{Send(reply)}; });
  const auto stub = extend::v1::SplitRunService::NewStub(
      grpc::CreateChannel(Say(upstream.url()), grpc::InsecureChannelCredentials()));
  MakeCalls(*stub, kWarmUpCalls);
  Say("warm-up");
  MakeCalls(*stub, kCalls);
  Say("whole_call " + std::to_string(kCalls));
}

}  // namespace
}  // namespace gateway

int main() {
  gateway::Run();
  return 0;
}
