#include "tests/wire/gateway_fixture.h"

#include <grpcpp/generic/generic_stub.h>

#include <stdexcept>

#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

void Copy(const std::multimap<grpc::string_ref, grpc::string_ref>& from, Metadata& to) {
  for (const auto& [key, value] : from) {
    to.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
  }
}

}  // namespace

std::string ValueOf(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? "none" : found->second;
}

std::vector<std::string> Targets(const ScriptedUpstream& upstream) {
  std::vector<std::string> targets;
  for (const ReceivedRequest& request : upstream.requests()) {
    targets.push_back(request.verb + " " + request.target);
  }
  return targets;
}

void CopyMetadata(const grpc::ClientContext& context, Metadata& initial, Metadata& trailing) {
  Copy(context.GetServerInitialMetadata(), initial);
  Copy(context.GetServerTrailingMetadata(), trailing);
}

Answer<std::string> RawCall(grpc::Channel& channel, const std::string& method,
                            const std::string& request, const Metadata& metadata) {
  grpc::ClientContext context;
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  const grpc::Slice slice(request);
  const grpc::ByteBuffer bytes(&slice, 1);
  grpc::ByteBuffer response;
  grpc::CompletionQueue queue;
  grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(
      std::shared_ptr<grpc::Channel>(&channel, [](grpc::Channel*) {}));
  const auto reader = stub.PrepareUnaryCall(&context, method, bytes, &queue);
  reader->StartCall();
  Answer<std::string> answer;
  reader->Finish(&response, &answer.status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice joined;
  if (response.Valid() && response.DumpToSingleSlice(&joined).ok()) {
    answer.message.assign(reinterpret_cast<const char*>(joined.begin()), joined.size());
  }
  CopyMetadata(context, answer.initial, answer.trailing);
  return answer;
}

GatewayTest::GatewayTest() {
  static const bool quiet = [] {
    SetUpLogging(LogLevel::kError, LogFormat::kText);
    return true;
  }();
  EXPECT_TRUE(quiet);
  config.listen = {AddressOf("127.0.0.1:0")};
  config.admin_listen.reset();
  config.upstream_url = upstream.url();
  config.auth = Auth::kGateway;
  config.api_key = "test-key";
  config.retry_initial_backoff = std::chrono::milliseconds(1);
  config.retry_max_backoff = std::chrono::milliseconds(2);
}

// Before the upstream goes, which would be seen as broken connections.
GatewayTest::~GatewayTest() { StopGateway(); }

void GatewayTest::StopGateway() {
  stub_.reset();
  channel_.reset();
  upstream.Release();
  server_.reset();
}

std::string GatewayTest::Metrics() {
  gateway();
  return api_->metrics().Render();
}

Server& GatewayTest::gateway() {
  if (server_) return *server_;
  auto api = App::Compile(config);
  if (!api) throw std::runtime_error(api.error().front());
  api_ = *std::move(api);
  auto server = Server::Start(config, *api_, hooks, file_interval);
  if (!server) throw std::runtime_error(server.error().front());
  server_ = *std::move(server);
  return *server_;
}

std::shared_ptr<grpc::Channel> GatewayTest::channel() {
  if (!channel_) channel_ = OpenChannel(gateway().addresses().at(0));
  return channel_;
}

GatewayTest::Stub& GatewayTest::stub() {
  if (!stub_) stub_ = extend::v1::SplitRunService::NewStub(channel());
  return *stub_;
}

Answer<extend::v1::SplitRun> GatewayTest::Cancel(const std::string& id, const Metadata& metadata,
                                                 std::chrono::milliseconds timeout) {
  extend::v1::CancelSplitRunRequest request;
  request.set_id(id);
  return Call(&Stub::CancelSplitRun, request, metadata, timeout);
}

Answer<extend::v1::SplitRun> GatewayTest::Get(const std::string& id, const Metadata& metadata,
                                              std::chrono::milliseconds timeout) {
  extend::v1::GetSplitRunRequest request;
  request.set_id(id);
  return Call(&Stub::GetSplitRun, request, metadata, timeout);
}

Answer<extend::v1::SplitRun> GatewayTest::Create(const extend::v1::CreateSplitRunRequest& request) {
  return Call(&Stub::CreateSplitRun, request);
}

void GatewayTest::AnswerAlways(const std::string& reply) {
  upstream.OnRequest([reply](const ReceivedRequest&) { return Script{Send(reply)}; });
}

}  // namespace gateway
