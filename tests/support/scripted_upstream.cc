#include "tests/support/scripted_upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// Listens on a free port of the loopback interface and says which.
int Listen(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, generic, size) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, generic, &size) != 0) {
    std::abort();  // No test can go on.
  }
  port = ntohs(address.sin_port);
  return fd;
}

/// The text up to `separator`, which is taken off `text` with it.
std::string_view TakeUntil(std::string_view& text, std::string_view separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return taken;
}

void ParseHead(ReceivedRequest& request) {
  std::string_view rest = request.head;
  std::string_view line = TakeUntil(rest, "\r\n");
  request.verb = TakeUntil(line, " ");
  request.target = TakeUntil(line, " ");
  while (!(line = TakeUntil(rest, "\r\n")).empty()) {
    const std::string_view name = TakeUntil(line, ":");
    request.headers.push_back({ToLower(name), std::string(Trimmed(line))});
  }
}

std::size_t ContentLength(const ReceivedRequest& request) {
  std::size_t length = 0;
  const std::string text = request.Get("content-length");
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

}  // namespace

Step Send(std::string bytes) { return {Step::Kind::kSend, std::move(bytes)}; }
Step Drip(std::string bytes, std::chrono::milliseconds pause) {
  return {Step::Kind::kDrip, std::move(bytes), pause};
}
Step Stall() { return {Step::Kind::kStall, {}}; }
Step ReadUntil(std::string bytes) { return {Step::Kind::kReadUntil, std::move(bytes)}; }
Step TicketAndKeyUpdate() { return {Step::Kind::kTicket, {}}; }
Step Close() { return {Step::Kind::kClose, {}}; }
Step Cut() { return {Step::Kind::kCut, {}}; }
Step Reset() { return {Step::Kind::kReset, {}}; }

std::string HttpReply(int status, std::string_view body, const Headers& headers) {
  std::string reply = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\n";
  for (const Header& header : headers) reply += header.name + ": " + header.value + "\r\n";
  if (!body.empty() && FindHeader(headers, "content-type") == nullptr) {
    reply += "Content-Type: application/json\r\n";
  }
  if (status >= 200 && status != 204 && status != 304) {
    reply += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return reply.append("\r\n").append(body);
}

std::function<Script(const ReceivedRequest&)> InOrder(std::vector<Script> scripts) {
  return [scripts = std::move(scripts)](const ReceivedRequest& request) {
    return scripts[std::min(static_cast<std::size_t>(request.number), scripts.size() - 1)];
  };
}

ScriptedUpstream::ScriptedUpstream(SslContext tls)
    : tls_(std::move(tls)),
      listener_(Listen(port_)),
      release_fd_(eventfd(0, EFD_CLOEXEC)),
      on_request_([](const ReceivedRequest&) -> Script { return {Send(HttpReply(200, "{}"))}; }) {
  // OpenSSL writes without MSG_NOSIGNAL.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  acceptor_ = std::thread([this] { AcceptAll(); });
}

ScriptedUpstream::~ScriptedUpstream() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& connection : connections_) connection->stream.Interrupt();
  }
  changed_.notify_all();
  for (const auto& connection : connections_) connection->thread.join();
  close(listener_);
  close(release_fd_);
}

void ScriptedUpstream::OnRequest(RequestHandler handler) {
  const std::lock_guard lock(handling_);
  on_request_ = std::move(handler);
}

void ScriptedUpstream::OnConnection(ConnectionHandler handler) {
  const std::lock_guard lock(handling_);
  on_connection_ = std::move(handler);
}

void ScriptedUpstream::Release() {
  const std::uint64_t one = 1;
  static_cast<void>(write(release_fd_, &one, sizeof(one)));
}

std::string ScriptedUpstream::url() const {
  return (tls_ != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

ScriptedUpstream::Counters ScriptedUpstream::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

std::vector<ReceivedRequest> ScriptedUpstream::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool ScriptedUpstream::WaitFor(const std::function<bool(const Counters&)>& condition,
                               std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return condition(counters_); });
}

void ScriptedUpstream::AcceptAll() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const std::lock_guard lock(mutex_);
    ++counters_.open;
    connections_.push_back(std::make_unique<Connection>(fd, tls_.get(), counters_.accepted++));
    Connection& connection = *connections_.back();
    connection.thread = std::thread([this, &connection] { Serve(connection); });
    changed_.notify_all();
  }
}

void ScriptedUpstream::Serve(Connection& connection) {
  WireStream& stream = connection.stream;
  const auto serve = [&] {
    if (!stream.Accept()) return;
    std::string buffer;
    Script script;
    {
      const std::lock_guard lock(handling_);
      if (on_connection_) script = on_connection_(connection.number);
    }
    if (!Run(script, stream, buffer)) return;
    for (int index = 0;; ++index) {
      ReceivedRequest request;
      request.on_connection = index;
      if (!ReadRequest(connection, buffer, request)) return;
      {
        const std::lock_guard lock(handling_);
        script = on_request_(request);
      }
      if (!Run(script, stream, buffer)) return;
      const std::lock_guard lock(mutex_);
      ++counters_.completed;
      changed_.notify_all();
    }
  };
  serve();
  End(stream, Step::Kind::kClose);
  const std::lock_guard lock(mutex_);
  --counters_.open;
  changed_.notify_all();
}

bool ScriptedUpstream::ReadRequest(Connection& connection, std::string& buffer,
                                   ReceivedRequest& request) {
  std::size_t end = 0;
  while ((end = buffer.find(kHeadEnd)) == std::string::npos) {
    if (!connection.stream.Read(buffer)) return false;
  }
  request.head = buffer.substr(0, end + kHeadEnd.size());
  buffer.erase(0, request.head.size());
  ParseHead(request);
  const std::size_t length = ContentLength(request);
  while (buffer.size() < length) {
    if (!connection.stream.Read(buffer)) return false;
  }
  request.body = buffer.substr(0, length);
  buffer.erase(0, length);
  request.connection = connection.number;
  request.peer_name = connection.stream.PeerName();

  const std::lock_guard lock(mutex_);
  request.number = counters_.requests++;
  requests_.push_back(request);
  changed_.notify_all();
  return true;
}

bool ScriptedUpstream::Run(const Script& script, WireStream& stream, std::string& buffer) {
  return std::ranges::all_of(script,
                             [&](const Step& step) { return RunStep(step, stream, buffer); });
}

bool ScriptedUpstream::RunStep(const Step& step, WireStream& stream, std::string& buffer) {
  switch (step.kind) {
    case Step::Kind::kSend:
      return stream.Write(step.bytes);
    case Step::Kind::kDrip:
      for (const char& byte : step.bytes) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, step.pause, [this] { return stopping_; });
        lock.unlock();
        if (!stream.Write({&byte, 1})) return false;
      }
      return true;
    case Step::Kind::kStall:
      return stream.AwaitWake(release_fd_);
    case Step::Kind::kReadUntil: {
      std::size_t found = 0;
      while ((found = buffer.find(step.bytes)) == std::string::npos) {
        if (!stream.Read(buffer)) return false;
      }
      buffer.erase(0, found + step.bytes.size());
      return true;
    }
    case Step::Kind::kTicket:
      return stream.SendTicketAndKeyUpdate();
    case Step::Kind::kClose:
    case Step::Kind::kCut:
    case Step::Kind::kReset:
      End(stream, step.kind);
      return false;
  }
  return false;
}

void ScriptedUpstream::End(WireStream& stream, Step::Kind how) {
  const std::lock_guard lock(mutex_);  // The destructor may be interrupting it.
  if (how == Step::Kind::kReset) return stream.Reset();
  if (how == Step::Kind::kCut) return stream.Cut();
  stream.Close();
}

}  // namespace gateway
