// A raw TCP server on 127.0.0.1 that does on the wire exactly what a test says: any fault.
//
//   ScriptedUpstream upstream;
//   upstream.OnRequest([](const ReceivedRequest& request) -> Script {
//     if (request.number == 0) return {Reset()};                        // RST instead of an answer
//     return {Send(HttpReply(200, R"({"id":"1"})"))};                   // then reads the next
//     request
//   });
//   ... call upstream.url() + "/path" ...
//   ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == 2; }));
//   EXPECT_EQ(upstream.requests()[1].verb, "POST");
//
// A script runs after a request (head and Content-Length body) has been read, on that connection's
// own thread; then the connection reads on, unless a step has ended it. Handlers are called on
// those threads, never two at once. Everything else is thread-safe. The destructor ends all
// connections.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/base/http_message.h"
#include "tests/support/wire_stream.h"

namespace gateway {

struct ReceivedRequest {
  /// Counts requests over all connections, from 0.
  int number = 0;
  /// Counts connections in the order they were accepted, from 0.
  int connection = 0;
  /// Counts requests of that connection, from 0.
  int on_connection = 0;
  /// Request line and header lines as they came, with the empty line.
  std::string head;
  std::string verb;
  std::string target;
  /// Names in lower case.
  Headers headers;
  std::string body;
  /// TLS: common name of the client's certificate.
  std::string peer_name;

  /// Whether a header of that name (lower case) came.
  [[nodiscard]] bool Has(std::string_view name) const {
    return FindHeader(headers, name) != nullptr;
  }
  /// Its value, or "" without it.
  [[nodiscard]] std::string Get(std::string_view name) const {
    const std::string* value = FindHeader(headers, name);
    return value != nullptr ? *value : "";
  }
};

/// One thing done on the wire. Made by the functions below.
struct Step {
  enum class Kind { kSend, kDrip, kStall, kReadUntil, kTicket, kClose, kCut, kReset };
  Kind kind;
  std::string bytes;
  std::chrono::milliseconds pause{0};
};
using Script = std::vector<Step>;

/// These bytes, at once.
Step Send(std::string bytes);
/// These bytes one by one, with a pause before each.
Step Drip(std::string bytes, std::chrono::milliseconds pause);
/// Silence, until ScriptedUpstream::Release or the peer's close (which ends the script).
Step Stall();
/// Reads on until these bytes have come since the request (or since the start): for other
/// protocols.
Step ReadUntil(std::string bytes);
/// TLS 1.3: a session ticket and a request to update keys, which the peer may get at any time.
Step TicketAndKeyUpdate();
/// An orderly end: FIN, over TLS after a close_notify.
Step Close();
/// FIN without a close_notify. The same as Close without TLS.
Step Cut();
/// RST.
Step Reset();

/// A well-formed HTTP/1.1 answer, with Content-Length (not for 1xx, 204, 304), and with a JSON
/// content type unless the headers bring one or the body is empty.
std::string HttpReply(int status, std::string_view body = {}, const Headers& headers = {});

/// The first script for the first request, and so on; the last one for all that follow.
std::function<Script(const ReceivedRequest&)> InOrder(std::vector<Script> scripts);

class ScriptedUpstream {
 public:
  using RequestHandler = std::function<Script(const ReceivedRequest&)>;
  using ConnectionHandler = std::function<Script(int connection)>;

  struct Counters {
    int accepted = 0;
    int requests = 0;
    /// Scripts after requests that have run to their end, without conclusion the connection.
    int completed = 0;
    /// Connections accepted and not yet closed by either side.
    int open = 0;
  };

  /// Plain TCP. Answers 200 with `{}` until OnRequest.
  ScriptedUpstream() : ScriptedUpstream(nullptr) {}
  explicit ScriptedUpstream(const ServerTls& tls) : ScriptedUpstream(MakeServerContext(tls)) {}
  ~ScriptedUpstream();
  ScriptedUpstream(const ScriptedUpstream&) = delete;
  ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

  void OnRequest(RequestHandler handler);
  /// Runs before the first read of a connection (after a TLS handshake).
  void OnConnection(ConnectionHandler handler);

  /// Ends all Stall steps, those to come included.
  void Release();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// `http://127.0.0.1:PORT`, or https.
  [[nodiscard]] std::string url() const;

  [[nodiscard]] Counters counters() const;
  [[nodiscard]] std::vector<ReceivedRequest> requests() const;

  /// Blocks until the condition holds (true) or the time is over (false). The condition runs under
  /// the server's lock: it must not call this object.
  bool WaitFor(const std::function<bool(const Counters&)>& condition,
               std::chrono::milliseconds timeout = std::chrono::seconds(10));

 private:
  struct Connection {
    Connection(int fd, SSL_CTX* tls, int number_) : stream(fd, tls), number(number_) {}
    WireStream stream;
    const int number;
    std::thread thread;
  };

  explicit ScriptedUpstream(SslContext tls);
  void AcceptAll();
  void Serve(Connection& connection);
  /// Reads and records one request out of `buffer` and the stream; false at the stream's end.
  bool ReadRequest(Connection& connection, std::string& buffer, ReceivedRequest& request);
  /// False when the connection has ended.
  bool Run(const Script& script, WireStream& stream, std::string& buffer);
  bool RunStep(const Step& step, WireStream& stream, std::string& buffer);
  void End(WireStream& stream, Step::Kind how);

  const SslContext tls_;
  std::uint16_t port_ = 0;
  const int listener_;
  /// Readable once released.
  const int release_fd_;

  std::mutex handling_;  // Held while a handler runs, never with mutex_.
  RequestHandler on_request_;
  ConnectionHandler on_connection_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Counters counters_;
  std::vector<ReceivedRequest> requests_;
  std::vector<std::unique_ptr<Connection>> connections_;
  bool stopping_ = false;

  std::thread acceptor_;
};

}  // namespace gateway
