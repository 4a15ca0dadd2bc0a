#include "gateway/serving/server.h"

#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <initializer_list>
#include <limits>
#include <set>
#include <thread>
#include <utility>

#include "gateway/base/address.h"
#include "gateway/base/periodic.h"
#include "gateway/serving/admin_server.h"
#include "gateway/serving/admission.h"
#include "gateway/serving/call.h"
#include "gateway/serving/call_queue.h"
#include "gateway/serving/grpc_library.h"
#include "gateway/serving/health_service.h"
#include "gateway/serving/listeners.h"
#include "gateway/serving/metadata_limit.h"
#include "gateway/serving/reflection_service.h"
#include "gateway/serving/transcoding_service.h"
#include "gateway/serving/watchdog.h"
#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

// A connection may have as many calls as the gateway takes; some more, so that those over the limit
// are refused rather than left to wait at the caller, and that probes get through.
constexpr int kStreamsOverLimit = 1'000;
// Callers may ping to keep idle connections alive, at most this often. A caller that pings sooner
// this many times is disconnected (ENHANCE_YOUR_CALM).
constexpr int kMinPingIntervalMs = 10'000;
constexpr int kMaxPingStrikes = 2;
// A peer that vanished without a FIN is noticed after these, with its calls or without any. There
// is no limit on idle time: a live caller may be silent for hours, and gRPC 1.51 ends an idle
// connection at once, which can break the call that is just coming.
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
// From accepting a connection to HTTP/2's first frame, TLS included. gRPC's default is two minutes,
// for which every silent connection would cost a descriptor.
constexpr int kHandshakeTimeoutMs = 10'000;
// Calls of a method that can begin without waiting for the queue's thread. A burst beyond them
// waits in gRPC.
constexpr int kWaitingCallsPerMethod = 16;
// How much longer than its limits a shutdown may take before the process gives up.
constexpr std::chrono::seconds kShutdownMargin{5};
// Before the end of the drain: errors of calls that are still under way need some time to go out.
constexpr std::chrono::milliseconds kDrainMargin{200};

void SetLimits(const Config& config, grpc::ServerBuilder& builder) {
  constexpr std::size_t kMaxInt = std::numeric_limits<int>::max();
  builder.SetMaxReceiveMessageSize(static_cast<int>(std::min(config.max_request_bytes, kMaxInt)));
  // gRPC compares a compressed message with that limit before it inflates it, and not after: 4 MiB
  // may become 4 GiB. So it inflates none.
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  constexpr int kUnlimited = 0;
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, int>>{
           {GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(kMaxMetadataBytesOfGrpc)},
           {kAbsoluteMaxMetadataSize, static_cast<int>(kMaxMetadataBytesOfGrpc)},
           {GRPC_ARG_MAX_CONCURRENT_STREAMS, config.max_in_flight + kStreamsOverLimit},
           {kMaxPendingRequests, config.max_in_flight + kStreamsOverLimit},
           {kMaxPendingRequestsHardLimit, config.max_in_flight + kStreamsOverLimit},
           {GRPC_ARG_ALLOW_REUSEPORT, 0},
           {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs},
           {GRPC_ARG_HTTP2_MAX_PING_STRIKES, kMaxPingStrikes},
           {GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs},
           {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs},
           {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
           {GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, kUnlimited},
           {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs},
       }) {
    builder.AddChannelArgument(name, value);
  }
}

void WarnOfHoles(const std::vector<std::string>& exposed) {
  if (exposed.empty() || !HasKnownHoles(grpc::Version())) return;
  Log(LogLevel::kWarn,
      "other machines can reach this gateway, and its gRPC has known holes: whoever may connect "
      "can stop it or fill its memory; see deploy/README.md, Networks",
      {{"listen", fmt::format("{}", fmt::join(exposed, ", "))}, {"grpc", grpc::Version()}});
}

}  // namespace

/// Members in dependency order: a member stands above those that use it, and is destroyed after
/// them.
class Server::Impl {
 public:
  Impl(const Config& config, const App& api, UpstreamHooks hooks,
       std::chrono::milliseconds file_interval)
      : config_(config),
        api_(api),
        file_watch_(file_interval, [&api] { api.credentials().ReloadChanged(api.metrics()); }),
        loops_(
            config, api.credentials().upstream_tls(), api.metrics(), [this] { OnUnauthorized(); },
            std::move(hooks)),
        admission_(config.max_in_flight) {}
  ~Impl() { Drain(); }

  Errors Start();
  void Drain();
  [[nodiscard]] const std::vector<std::string>& addresses() const {
    return listeners_->addresses();
  }
  [[nodiscard]] std::string admin_address() const { return admin_ ? admin_->address() : ""; }

 private:
  void OnUnauthorized();
  void Register(grpc::ServerBuilder& builder);
  void AwaitCalls();
  Errors StartAdmin();
  void ShutDown();

  const Config config_;
  const App& api_;
  Periodic file_watch_;
  UpstreamLoops loops_;
  Admission admission_;
  WaitGroup calls_;
  std::vector<std::unique_ptr<TranscodingService>> services_;
  std::vector<std::unique_ptr<ReflectionService>> reflection_;
  std::optional<HealthService> health_;
  std::optional<Listeners> listeners_;
  std::optional<CallQueue> queue_;
  /// Calls refer to them: they never move.
  std::deque<CallSource> sources_;
  std::unique_ptr<grpc::Server> server_;
  std::atomic<bool> ready_ = false;
  std::unique_ptr<AdminServer> admin_;
};

Errors Server::Impl::Start() {
  // Debian's build of Abseil looks for deadlocks at each of gRPC's locks: one in twenty
  // instructions.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::ServerBuilder builder;
  SetLimits(config_, builder);
  auto listeners = Listeners::Add(config_, api_.credentials().server_tls(), builder);
  if (!listeners) return std::move(listeners.error());
  listeners_.emplace(*std::move(listeners));
  Register(builder);
  queue_.emplace(builder);
  {
    const PrivateUmask umask;
    server_ = builder.BuildAndStart();
  }
  // Even if the rest of the start fails: it ends by draining.
  if (server_ != nullptr) AwaitCalls();
  if (Errors errors = listeners_->Finish(server_ != nullptr); !errors.empty()) return errors;
  if (Errors errors = StartAdmin(); !errors.empty()) return errors;
  for (const std::string& address : addresses()) {
    Log(LogLevel::kInfo, "listening", {{"address", address}});
  }
  WarnOfHoles(listeners_->ExposedAddresses());
  return {};
}

// On a loop thread. The key's file may have changed since the last reload. With callers' tokens a
// 401 says nothing about our files.
void Server::Impl::OnUnauthorized() {
  if (config_.auth == Auth::kGateway) file_watch_.RunSoon();
}

void Server::Impl::Register(grpc::ServerBuilder& builder) {
  std::vector<std::string> names;
  std::set<std::string> healthy = {"", "liveness", "readiness"};
  for (const App::Service& service : api_.services()) {
    services_.push_back(std::make_unique<TranscodingService>(service.endpoints));
    builder.RegisterService(services_.back().get());
    names.emplace_back(service.descriptor->full_name());
    healthy.insert(names.back());
  }
  health_.emplace(std::move(healthy));
  builder.RegisterService(&*health_);
  reflection_ = MakeReflectionServices(api_.pool(), std::move(names));
  for (const auto& service : reflection_) builder.RegisterService(&service->service());
}

void Server::Impl::AwaitCalls() {
  health_->Serve(*queue_);
  for (const auto& reflection : reflection_) reflection->Serve(*queue_);
  for (std::size_t i = 0; i < services_.size(); ++i) {
    int method = 0;
    for (const auto& endpoint : api_.services()[i].endpoints) {
      const CallSource& source = sources_.emplace_back(CallSource{
          *endpoint, *services_[i], method++, *queue_, admission_, calls_, loops_.upstream()});
      for (int waiting = 0; waiting < kWaitingCallsPerMethod; ++waiting) Call::Await(source);
    }
  }
  queue_->Start();
}

Errors Server::Impl::StartAdmin() {
  ready_ = true;
  if (!config_.admin_listen) return {};
  auto admin = AdminServer::Start(
      *config_.admin_listen, {.ready = [this] { return ready_.load(); },
                              .metrics =
                                  [this] {
                                    api_.metrics().SetUpstreamConnections(loops_.connections());
                                    return api_.metrics().Render();
                                  }});
  if (!admin) return {admin.error()};
  admin_ = *std::move(admin);
  Log(LogLevel::kInfo, "admin listening", {{"address", admin_->address()}});
  return {};
}

void Server::Impl::Drain() {
  if (server_ == nullptr) return;
  const Watchdog watchdog(config_.drain_delay + config_.drain_timeout + kShutdownMargin);
  health_->StopServing();
  ready_ = false;
  std::this_thread::sleep_for(config_.drain_delay);
  ShutDown();
  queue_->Stop();
  server_.reset();
  loops_.Stop();
  admin_.reset();
  Log(LogLevel::kInfo, "drained");
}

// Returns when no call is left. gRPC cancels those that outlive the timeout; their done tags cancel
// them upstream, while the loops still run.
void Server::Impl::ShutDown() {
  // Streams of health and reflection end only when their callers end them. Nobody has to wait for
  // them once all calls are over.
  std::thread ender([this] {
    calls_.Wait();
    grpc_server_cancel_all_calls(server_->c_server());
  });
  // What is still under way shortly before that is ended by us, so that its caller learns what is
  // known of it.
  std::promise<void> over;
  std::thread drainer([this, ended = over.get_future()] {
    const auto margin =
        std::min<std::chrono::milliseconds>(kDrainMargin, config_.drain_timeout / 4);
    const auto limit = config_.drain_timeout - margin;
    if (ended.wait_for(limit) == std::future_status::timeout) loops_.upstream().EndAll();
  });
  server_->Shutdown(std::chrono::system_clock::now() + config_.drain_timeout);
  ender.join();
  over.set_value();
  drainer.join();
}

tl::expected<std::unique_ptr<Server>, Errors> Server::Start(
    const Config& config, const App& api, UpstreamHooks hooks,
    std::chrono::milliseconds file_interval) {
  auto impl = std::make_unique<Impl>(config, api, std::move(hooks), file_interval);
  if (Errors errors = impl->Start(); !errors.empty()) return tl::unexpected(std::move(errors));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

const std::vector<std::string>& Server::addresses() const { return impl_->addresses(); }
std::string Server::admin_address() const { return impl_->admin_address(); }
void Server::Drain() { impl_->Drain(); }

}  // namespace gateway
