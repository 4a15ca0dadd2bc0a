// A gateway in this process, on a port of its own, between a real gRPC client and a scripted
// upstream.
//
// Change `config` before the first call; the gateway starts with it. Everything belongs to the
// test's thread, but for the upstream's handlers.
#pragma once

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "extend/v1/split_run_service.grpc.pb.h"
#include "gateway/config/config.h"
#include "gateway/serving/app.h"
#include "gateway/serving/server.h"
#include "tests/support/address.h"
#include "tests/support/open_channel.h"
#include "tests/support/scripted_upstream.h"

namespace gateway {

using Metadata = std::multimap<std::string, std::string>;

/// What a caller gets.
template <class Response>
struct Answer {
  grpc::Status status;
  Response message;
  Metadata initial;
  Metadata trailing;
};

/// The one detail of that type in grpc-status-details-bin; fails the test if there are several.
template <class Detail>
std::optional<Detail> DetailOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  std::optional<Detail> found;
  for (const auto& any : details.details()) {
    Detail detail;
    if (!any.Is<Detail>()) continue;
    EXPECT_FALSE(found) << "twice: " << any.type_url();
    EXPECT_TRUE(any.UnpackTo(&detail));
    found = detail;
  }
  return found;
}

inline google::rpc::ErrorInfo ErrorInfoOf(const grpc::Status& status) {
  return DetailOf<google::rpc::ErrorInfo>(status).value_or(google::rpc::ErrorInfo());
}

/// The first value, or "none".
std::string ValueOf(const Metadata& metadata, const std::string& key);

/// "POST /path" of each request, in the order they came.
std::vector<std::string> Targets(const ScriptedUpstream& upstream);

/// What the server sent with the call.
void CopyMetadata(const grpc::ClientContext& context, Metadata& initial, Metadata& trailing);

/// A call with these bytes as its request; the message is the response's bytes.
Answer<std::string> RawCall(grpc::Channel& channel, const std::string& method,
                            const std::string& request, const Metadata& metadata = {});

/// A call by a generated stub.
template <class Stub, class Request, class Response>
Answer<Response> CallBy(
    Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    const Request& request, const Metadata& metadata, std::chrono::milliseconds timeout) {
  grpc::ClientContext context;
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  Answer<Response> answer;
  answer.status = (stub.*method)(&context, request, &answer.message);
  CopyMetadata(context, answer.initial, answer.trailing);
  return answer;
}

class GatewayTest : public testing::Test {
 protected:
  using Stub = extend::v1::SplitRunService::Stub;
  static constexpr std::chrono::seconds kPatience{20};

  GatewayTest();
  ~GatewayTest() override;

  /// Starts the gateway, if it does not run.
  Server& gateway();
  /// Of that gateway.
  App& api() { return gateway(), *api_; }
  std::shared_ptr<grpc::Channel> channel();
  Stub& stub();

  /// Ends the gateway, if it runs: before what the hooks refer to goes.
  void StopGateway();
  /// What /metrics shows.
  std::string Metrics();

  template <class Request, class Response>
  Answer<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const Request& request, const Metadata& metadata = {},
                        std::chrono::milliseconds timeout = kPatience) {
    return CallBy(stub(), method, request, metadata, timeout);
  }

  Answer<extend::v1::SplitRun> Cancel(const std::string& id = "splr_1",
                                      const Metadata& metadata = {},
                                      std::chrono::milliseconds timeout = kPatience);
  Answer<extend::v1::SplitRun> Get(const std::string& id = "splr_1", const Metadata& metadata = {},
                                   std::chrono::milliseconds timeout = kPatience);
  Answer<extend::v1::SplitRun> Create(const extend::v1::CreateSplitRunRequest& request = {});

  /// The upstream answers every request so.
  void AnswerAlways(const std::string& reply);
  void AnswerAlways(int status, const std::string& body, const Headers& headers = {}) {
    AnswerAlways(HttpReply(status, body, headers));
  }

  ScriptedUpstream upstream;
  /// Talks to the upstream with key `test-key`, and waits little between attempts.
  Config config;
  UpstreamHooks hooks;
  /// How often the gateway looks at its files.
  std::chrono::milliseconds file_interval = Server::kFileInterval;

 private:
  std::unique_ptr<App> api_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace gateway
