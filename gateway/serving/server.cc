#include "gateway/serving/server.h"

#include <grpc/grpc.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>
#include <utility>

#include "gateway/base/address.h"
#include "gateway/base/logging.h"
#include "gateway/serving/admin_server.h"
#include "gateway/serving/admission.h"
#include "gateway/serving/call_queues.h"
#include "gateway/serving/listeners.h"
#include "gateway/serving/reflection_service.h"
#include "gateway/serving/transcoding_service.h"
#include "gateway/serving/watchdog.h"

namespace gateway {
namespace {

// All request metadata together: a large token, baggage and tracestate. gRPC's default is 8 KiB.
constexpr int kMaxMetadataBytes = 32 << 10;
// Callers may keep idle connections alive, at most this often.
constexpr int kMinPingIntervalMs = 10'000;
// How much longer than its limits a shutdown may take before the process gives up.
constexpr std::chrono::seconds kShutdownMargin{5};

void SetLimits(const Config& config, grpc::ServerBuilder& builder) {
  constexpr std::size_t kMaxInt = std::numeric_limits<int>::max();
  builder.SetMaxReceiveMessageSize(static_cast<int>(std::min(config.max_request_bytes, kMaxInt)));
  // gRPC compares a compressed message with that limit before it inflates it, and not after: 4 MiB
  // may become 4 GiB. So it inflates none.
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
}

}  // namespace

/// Members in dependency order: what is used by others stands above them and goes after them.
class Server::Impl {
 public:
  Impl(const Config& config, const CompiledApi& api, UpstreamHooks hooks)
      : config_(config),
        api_(api),
        loops_(config, api.upstream_tls(), api.telemetry(), std::move(hooks)),
        admission_(config.max_in_flight) {}
  ~Impl() { Drain(); }

  Faults Start();
  void Drain();
  [[nodiscard]] const std::vector<std::string>& addresses() const {
    return listeners_->addresses();
  }
  [[nodiscard]] std::string admin_address() const { return admin_ ? admin_->address() : ""; }

 private:
  void Register(grpc::ServerBuilder& builder);
  void SetHealthy();
  Faults StartAdmin();
  void ShutDown();

  const Config config_;
  const CompiledApi& api_;
  UpstreamLoops loops_;
  Admission admission_;
  std::vector<std::unique_ptr<TranscodingService>> services_;
  std::vector<std::unique_ptr<grpc::Service>> reflection_;
  std::optional<Listeners> listeners_;
  std::optional<CallQueues> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::atomic<bool> ready_ = false;
  std::unique_ptr<AdminServer> admin_;
};

Faults Server::Impl::Start() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(config_, builder);
  auto listeners = Listeners::Add(config_, builder);
  if (!listeners) return std::move(listeners.error());
  listeners_.emplace(*std::move(listeners));
  Register(builder);
  queues_.emplace(builder);
  {
    const PrivateUmask umask;
    server_ = builder.BuildAndStart();
  }
  if (Faults faults = listeners_->Finish(server_ != nullptr); !faults.empty()) return faults;

  for (std::size_t i = 0; i < services_.size(); ++i) {
    queues_->Serve(api_.services()[i].endpoints, *services_[i], admission_, loops_.upstream());
  }
  queues_->Start();
  SetHealthy();
  if (Faults faults = StartAdmin(); !faults.empty()) return faults;
  for (const std::string& address : addresses()) {
    Log(LogLevel::kInfo, "listening", {{"address", address}});
  }
  return {};
}

void Server::Impl::Register(grpc::ServerBuilder& builder) {
  std::vector<std::string> names;
  for (const CompiledApi::Service& service : api_.services()) {
    services_.push_back(std::make_unique<TranscodingService>(service.endpoints));
    builder.RegisterService(services_.back().get());
    names.push_back(service.descriptor->full_name());
  }
  reflection_ = MakeReflectionServices(api_.pool(), std::move(names));
  for (const auto& service : reflection_) builder.RegisterService(service.get());
}

void Server::Impl::SetHealthy() {
  grpc::HealthCheckServiceInterface& health = *server_->GetHealthCheckService();
  health.SetServingStatus("liveness", true);
  health.SetServingStatus("readiness", true);
  for (const CompiledApi::Service& service : api_.services()) {
    health.SetServingStatus(service.descriptor->full_name(), true);
  }
}

Faults Server::Impl::StartAdmin() {
  ready_ = true;
  if (config_.admin_listen.empty()) return {};
  auto admin =
      AdminServer::Start(*ParseAddress(config_.admin_listen, /*allow_port_zero=*/true),
                         {.ready = [this] { return ready_.load(); },
                          .metrics =
                              [this] {
                                api_.telemetry().SetUpstreamConnections(loops_.connections());
                                return api_.telemetry().Render();
                              }});
  if (!admin) return {admin.error()};
  admin_ = *std::move(admin);
  Log(LogLevel::kInfo, "admin listening", {{"address", admin_->address()}});
  return {};
}

void Server::Impl::Drain() {
  if (server_ == nullptr) return;
  const Watchdog watchdog(config_.drain_delay + config_.drain_timeout + kShutdownMargin);
  // gRPC's Shutdown of health is for good: every name answers NOT_SERVING from here on.
  server_->GetHealthCheckService()->Shutdown();
  ready_ = false;
  std::this_thread::sleep_for(config_.drain_delay);
  ShutDown();
  queues_->Stop();
  server_.reset();
  loops_.Stop();
  admin_.reset();
  Log(LogLevel::kInfo, "drained");
}

// Returns when no call is left: those that outlive the timeout are cancelled by gRPC, whose done
// tags cancel them upstream, while the loops still run.
void Server::Impl::ShutDown() {
  // Streams of health and reflection end only when their callers end them. With all calls over,
  // nobody has to wait for those.
  std::thread ender([this] {
    admission_.WaitUntilNoneExists();
    grpc_server_cancel_all_calls(server_->c_server());
  });
  server_->Shutdown(std::chrono::system_clock::now() + config_.drain_timeout);
  ender.join();
}

tl::expected<std::unique_ptr<Server>, Faults> Server::Start(const Config& config,
                                                            const CompiledApi& api,
                                                            UpstreamHooks hooks) {
  auto impl = std::make_unique<Impl>(config, api, std::move(hooks));
  if (Faults faults = impl->Start(); !faults.empty()) return tl::unexpected(std::move(faults));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

const std::vector<std::string>& Server::addresses() const { return impl_->addresses(); }
std::string Server::admin_address() const { return impl_->admin_address(); }
void Server::Drain() { impl_->Drain(); }

}  // namespace gateway
