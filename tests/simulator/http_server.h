// A simulator on a TCP socket, plain or with TLS: the one place that knows the HTTP library.
//
// Every connection holds a thread of the pool while it lasts: more connections than threads wait.
// Destroying the server ends it once its clients have closed their connections.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "tests/simulator/simulator.h"

namespace httplib {
class Server;
}

namespace extend_simulator {

/// Enough for a batch of 1,000 inputs with 10 KB of metadata each.
inline constexpr std::size_t kMaxBodyBytes = std::size_t{16} << 20;

struct HttpOptions {
  std::string host = "127.0.0.1";
  /// 0: any free one.
  int port = 0;
  int threads = 320;
  /// PEM files; both empty: no TLS.
  std::string tls_cert;
  std::string tls_key;
  /// Set: a whole 200 that nobody asked for follows each response, once its connection is idle;
  /// this is called after each, on a thread of the pool.
  std::function<void()> on_stray;
};

class HttpServer {
 public:
  /// Listens and serves from a thread of its own. The simulator outlives it.
  /// Throws std::runtime_error when the address is taken or the TLS files are unusable.
  HttpServer(const HttpOptions& options, Simulator& simulator);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// `http://127.0.0.1:8080`
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int port() const { return port_; }

 private:
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::string url_;
  std::thread thread_;
};

}  // namespace extend_simulator
