#include "tests/simulator/http_server.h"

#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "tests/simulator/create_request.h"
#include "tests/simulator/run_json.h"

namespace extend_simulator {
namespace {

// The library matches the decoded path with a regular expression, recursively: keeps the stack
// small.
constexpr std::size_t kMaxPathBytes = 2048;
constexpr int kKeepAliveSeconds = 60;
constexpr int kListenBacklog = 1024;
/// How long a connection is idle before a stray response: its client has nothing to send just then.
constexpr int kIdleMilliseconds = 50;

ApiRequest FromHttp(const httplib::Request& request) {
  return {.method = request.method,
          .target = request.target,
          .body = request.body,
          .header = [&](const std::string& name) { return request.get_header_value(name); }};
}

/// The connection that a request came on, which the library does not show; -1 if it is gone.
int SocketOf(const httplib::Request& request) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const int fd = std::atoi(entry.path().filename().c_str());
    sockaddr_in peer{};
    sockaddr_in own{};
    socklen_t size = sizeof(peer);
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0) continue;
    if (ntohs(peer.sin_port) == request.remote_port && ntohs(own.sin_port) == request.local_port) {
      return fd;
    }
  }
  return -1;
}

/// Nothing came for a while: neither a request nor the end.
bool IsIdle(int socket) {
  pollfd waited{socket, POLLIN | POLLRDHUP, 0};
  return ::poll(&waited, 1, kIdleMilliseconds) == 0;
}

/// A whole response to a request that nobody made: a run was cancelled.
std::string StrayResponse() {
  SplitRun run{.id = "splr_St9rAy5wZ1qX7mN3vB6k",
               .status = RunStatus::kCancelled,
               .request = DefaultRequest("other.pdf"),
               .created_at = {},
               .updated_at = {}};
  const std::string body = RunJson(run, 1).dump();
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Writes HTTP responses for the simulator's.
class Responder {
 public:
  Responder(Simulator& simulator, std::function<void()> on_stray)
      : simulator_(simulator), on_stray_(std::move(on_stray)) {}

  void Handle(const httplib::Request& request, httplib::Response& response) const {
    Write(simulator_.Handle(FromHttp(request)), request, response);
  }
  void Refuse(const ApiError& error, const httplib::Request& request,
              httplib::Response& response) const {
    Write(simulator_.ErrorResponse(error), request, response);
  }

 private:
  void Write(const ApiResponse& from, const httplib::Request& request,
             httplib::Response& to) const {
    to.status = from.status;
    for (const auto& [name, value] : from.headers) to.set_header(name, value);
    using nlohmann::json;
    std::string body = from.body.dump(-1, ' ', false, json::error_handler_t::replace);
    if (from.delivery == Delivery::kNothing) {
      ::shutdown(SocketOf(request), SHUT_RDWR);  // What the library writes then is lost.
    }
    if (from.delivery != Delivery::kWhole) {
      // A body that cannot be provided ends the connection.
      to.set_content_provider(body.size(), kJson,
                              [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
    } else if (on_stray_ && request.get_header_value("Connection") != "close") {
      const std::size_t size = body.size();
      to.set_content_provider(size, kJson,
                              [this, socket = SocketOf(request), body = std::move(body)](
                                  std::size_t, std::size_t, httplib::DataSink& sink) {
                                WriteWithStray(body, socket, sink);
                                return true;
                              });
    } else {
      to.set_content(std::move(body), kJson);
    }
  }

  /// More than was announced, once the client has what was.
  void WriteWithStray(const std::string& body, int socket, httplib::DataSink& sink) const {
    static const std::string stray = StrayResponse();
    if (!sink.write(body.data(), body.size()) || !IsIdle(socket)) return;
    if (sink.write(stray.data(), stray.size())) on_stray_();
  }

  static constexpr const char* kJson = "application/json";

  Simulator& simulator_;
  const std::function<void()> on_stray_;
};

bool AnnouncesBody(const httplib::Request& request) {
  const std::string length = request.get_header_value("Content-Length");
  return (!length.empty() && length != "0") || request.has_header("Transfer-Encoding");
}

std::unique_ptr<httplib::Server> MakeServer(const HttpOptions& options) {
  if (options.tls_cert.empty()) return std::make_unique<httplib::Server>();
  auto server =
      std::make_unique<httplib::SSLServer>(options.tls_cert.c_str(), options.tls_key.c_str());
  if (!server->is_valid()) throw std::runtime_error("the TLS certificate or key is unusable");
  return server;
}

void AddHandlers(httplib::Server& server, const std::shared_ptr<const Responder>& responder) {
  const auto respond = [=](const httplib::Request& request, httplib::Response& response) {
    responder->Handle(request, response);
  };
  // The library's own routing sees decoded paths and waits for a body that nobody announced, so it
  // is used only to read the bodies that are announced.
  server.set_pre_routing_handler([=](const httplib::Request& request, httplib::Response& response) {
    const bool too_long = request.path.size() > kMaxPathBytes;
    if (!too_long && AnnouncesBody(request)) return httplib::Server::HandlerResponse::Unhandled;
    respond(request, response);
    return httplib::Server::HandlerResponse::Handled;
  });
  const char* any_path = "[^]*";
  server.Get(any_path, respond).Post(any_path, respond).Put(any_path, respond);
  server.Patch(any_path, respond).Delete(any_path, respond).Options(any_path, respond);
  server.set_error_handler([=](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty() || response.content_provider_) return;
    responder->Refuse({response.status, "INVALID_REQUEST", "Malformed request"}, request, response);
  });
  server.set_exception_handler(
      [=](const httplib::Request& request, httplib::Response& response, const std::exception_ptr&) {
        responder->Refuse({500, "INTERNAL_ERROR", "Internal error", true}, request, response);
      });
}

}  // namespace

HttpServer::HttpServer(const HttpOptions& options, Simulator& simulator)
    : server_(MakeServer(options)) {
  AddHandlers(*server_, std::make_shared<Responder>(simulator, options.on_stray));
  server_->new_task_queue = [threads = static_cast<std::size_t>(options.threads)] {
    return new httplib::ThreadPool(threads);  // the library owns it
  };
  server_->set_payload_max_length(kMaxBodyBytes);
  server_->set_keep_alive_max_count(std::numeric_limits<std::size_t>::max());
  server_->set_keep_alive_timeout(kKeepAliveSeconds);
  server_->set_tcp_nodelay(true);
  // Not the library's SO_REUSEPORT, with which two servers share a port, and not its backlog of 5.
  int listener = -1;
  server_->set_socket_options([&](int socket) {
    listener = socket;
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  });
  port_ = options.port;
  const bool bound = port_ == 0 ? (port_ = server_->bind_to_any_port(options.host)) > 0
                                : server_->bind_to_port(options.host, port_);
  if (!bound) throw std::runtime_error("cannot listen on " + options.host);
  ::listen(listener, kListenBacklog);
  url_ = (options.tls_cert.empty() ? "http://" : "https://") + options.host + ":" +
         std::to_string(port_);
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  while (!server_->is_running()) std::this_thread::yield();
}

HttpServer::~HttpServer() {
  server_->stop();
  thread_.join();
}

}  // namespace extend_simulator
