#include "gateway/serving/admin_server.h"

#include <httplib.h>

#include <thread>
#include <utility>

namespace gateway {
namespace {

// Enough for two probes and two scrapes at a time.
constexpr std::size_t kThreads = 4;
// A slower client is disconnected: probes must get through.
constexpr std::chrono::seconds kClientTimeout{2};
// None of the paths reads a body.
constexpr std::size_t kMaxBodyBytes = 1024;

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

class AdminServer::Impl {
 public:
  explicit Impl(Sources sources) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    // httplib's default, SO_REUSEPORT, would let a second gateway share the port unnoticed.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.set_keep_alive_max_count(1);
    server_.set_read_timeout(kClientTimeout);
    server_.set_write_timeout(kClientTimeout);
    server_.set_payload_max_length(kMaxBodyBytes);
    server_.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("alive\n", kText);
    });
    server_.Get("/readyz", [ready = std::move(sources.ready)](const httplib::Request&,
                                                              httplib::Response& response) {
      const bool serving = ready();
      response.status = serving ? 200 : 503;
      response.set_content(serving ? "ready\n" : "draining\n", kText);
    });
    server_.Get("/metrics", [metrics = std::move(sources.metrics)](const httplib::Request&,
                                                                   httplib::Response& response) {
      response.set_content(metrics(), kPrometheusText);
    });
  }

  ~Impl() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool Listen(const Address& address) {
    int port = address.port;
    if (port == 0) {
      port = server_.bind_to_any_port(address.host);
      if (port < 0) return false;
    } else if (!server_.bind_to_port(address.host, port)) {
      return false;
    }
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    address_ = (is_ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(port);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // A server that does not run yet ignores stop.
    while (!server_.is_running()) std::this_thread::yield();
    return true;
  }

  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  httplib::Server server_;
  std::string address_;
  std::thread thread_;
};

tl::expected<std::unique_ptr<AdminServer>, std::string> AdminServer::Start(const Address& address,
                                                                           Sources sources) {
  auto impl = std::make_unique<Impl>(std::move(sources));
  if (!impl->Listen(address)) {
    return tl::unexpected("cannot listen on " + address.host + ":" + std::to_string(address.port) +
                          " for --admin-listen: the address is in use, or not one of this machine");
  }
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminServer::~AdminServer() = default;

const std::string& AdminServer::address() const { return impl_->address(); }

}  // namespace gateway
