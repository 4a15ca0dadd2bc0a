#include "tests/simulator/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <stdexcept>

namespace extend_simulator {
namespace {

// The library matches the decoded path with a regular expression, recursively: keeps the stack
// small.
constexpr std::size_t kMaxPathBytes = 2048;
constexpr int kKeepAliveSeconds = 60;
constexpr int kListenBacklog = 1024;

ApiRequest FromHttp(const httplib::Request& request) {
  return {.method = request.method,
          .target = request.target,
          .body = request.body,
          .header = [&](const std::string& name) { return request.get_header_value(name); }};
}

void ToHttp(const ApiResponse& from, httplib::Response& to) {
  constexpr const char* kJson = "application/json";
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  using nlohmann::json;
  std::string body = from.body.dump(-1, ' ', false, json::error_handler_t::replace);
  if (from.lost) {
    // A body that cannot be provided ends the connection.
    to.set_content_provider(body.size(), kJson,
                            [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
  } else {
    to.set_content(std::move(body), kJson);
  }
}

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

void AddHandlers(httplib::Server& server, Simulator& simulator) {
  const auto respond = [&](const httplib::Request& request, httplib::Response& response) {
    ToHttp(simulator.Handle(FromHttp(request)), response);
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
  server.set_error_handler([&](const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty() || response.content_provider_) return;
    ToHttp(simulator.ErrorResponse({response.status, "INVALID_REQUEST", "Malformed request"}),
           response);
  });
  server.set_exception_handler(
      [&](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
        ToHttp(simulator.ErrorResponse({500, "INTERNAL_ERROR", "Internal error", true}), response);
      });
}

}  // namespace

HttpServer::HttpServer(const HttpOptions& options, Simulator& simulator)
    : server_(MakeServer(options)) {
  AddHandlers(*server_, simulator);
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
