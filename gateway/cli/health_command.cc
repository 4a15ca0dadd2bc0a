#include "gateway/cli/health_command.h"

#include <grpc/health/v1/health.grpc.pb.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <ostream>
#include <thread>

#include "gateway/cli/client_channel.h"
#include "gateway/cli/status_text.h"

namespace gateway {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using Clock = std::chrono::system_clock;  // The clock of gRPC's deadlines.

// Probes run every few seconds: a failure is better than no response.
constexpr std::chrono::seconds kHealthTimeout{3};
constexpr std::chrono::milliseconds kWaitInterval{100};

struct Response {
  bool serving = false;
  /// SERVING, NOT_SERVING, …, or the error.
  std::string text;
};

Response Ask(Health::Stub& stub, Clock::time_point deadline, bool wait_for_ready) {
  grpc::ClientContext context;
  context.set_deadline(deadline);
  context.set_wait_for_ready(wait_for_ready);
  HealthCheckResponse response;
  const grpc::Status status = stub.Check(&context, HealthCheckRequest(), &response);
  if (!status.ok()) return {.serving = false, .text = StatusText(status)};
  return {.serving = response.status() == HealthCheckResponse::SERVING,
          .text = HealthCheckResponse::ServingStatus_Name(response.status()) + "\n"};
}

int Report(const Response& response, std::ostream& out, std::ostream& err) {
  (response.serving ? out : err) << response.text;
  return response.serving ? 0 : kCallFailed;
}

}  // namespace

int RunHealth(const ClientConfig& client, std::ostream& out, std::ostream& err) {
  const auto channel = OpenChannelTo(client);
  if (!channel) {
    err << ErrorLines(channel.error());
    return kBadInput;
  }
  const auto stub = grpc::health::v1::Health::NewStub(*channel);
  return Report(Ask(*stub, Clock::now() + kHealthTimeout, /*wait_for_ready=*/false), out, err);
}

int RunWait(const ClientConfig& client, std::ostream& out, std::ostream& err) {
  const auto channel = OpenChannelTo(client);
  if (!channel) {
    err << ErrorLines(channel.error());
    return kBadInput;
  }
  const auto stub = grpc::health::v1::Health::NewStub(*channel);
  const Clock::time_point deadline = Clock::now() + client.max_wait;
  while (true) {
    const Response response = Ask(*stub, deadline, /*wait_for_ready=*/true);
    if (response.serving || Clock::now() + kWaitInterval >= deadline) {
      return Report(response, out, err);
    }
    std::this_thread::sleep_for(kWaitInterval);
  }
}

}  // namespace gateway
