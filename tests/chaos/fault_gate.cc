#include "tests/chaos/fault_gate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "gateway/base/ascii.h"
#include "tests/chaos/call_header.h"
#include "tests/chaos/faulty_answer.h"

namespace gateway::chaos {
namespace {

using enum FaultKind;
using std::chrono::milliseconds;

constexpr std::string_view kHeadEnd = "\r\n\r\n";
/// A stall lasts until the gateway gives up; this only bounds a gateway that never does.
constexpr milliseconds kMaxStall{30'000};
/// Of a dripping answer; the rest comes at once.
constexpr std::size_t kDrippedBytes = 24;
constexpr std::size_t kRememberedEvents = std::size_t{1} << 16U;

/// Listens on a free port of the loopback interface. The port is named in a second bind, as the
/// kernel takes one that it has chosen itself away when listening stops.
int Listen(std::uint16_t& port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  int fd = -1;
  for (int round = 0; round < 2; ++round) {
    if (fd >= 0) close(fd);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd < 0 || bind(fd, generic, size) != 0 || getsockname(fd, generic, &size) != 0) {
      std::abort();  // No test can go on.
    }
  }
  if (listen(fd, SOMAXCONN) != 0) std::abort();
  port = ntohs(address.sin_port);
  return fd;
}

/// Whether something came within that time: bytes, or the end.
bool Await(int fd, short events, milliseconds time) {
  pollfd waited{fd, events, 0};
  return poll(&waited, 1, static_cast<int>(time.count())) > 0;
}

/// Waits for a byte without reading it; false at the end of the stream.
bool AwaitRequest(int fd) {
  char byte = 0;
  return recv(fd, &byte, 1, MSG_PEEK) == 1;
}

std::string_view TakeUntil(std::string_view& text, std::string_view separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return taken;
}

/// Reads one request out of `buffer` and the stream; false at the stream's end.
template <class Request>
bool ReadRequest(WireStream& stream, std::string& buffer, Request& request) {
  while (buffer.find(kHeadEnd) == std::string::npos) {
    if (!stream.Read(buffer)) return false;
  }
  const std::size_t head_size = buffer.find(kHeadEnd) + kHeadEnd.size();
  std::string_view rest = std::string_view(buffer).substr(0, head_size);
  std::string_view line = TakeUntil(rest, "\r\n");
  request.api.method = TakeUntil(line, " ");
  request.api.target = TakeUntil(line, " ");
  while (!(line = TakeUntil(rest, "\r\n")).empty()) {
    const std::string_view name = TakeUntil(line, ":");
    request.headers[ToLower(name)] = std::string(Trimmed(line));
  }
  const std::string& length = request.headers["content-length"];
  std::size_t body_size = 0;
  std::from_chars(length.data(), length.data() + length.size(), body_size);
  while (buffer.size() < head_size + body_size) {
    if (!stream.Read(buffer)) return false;
  }
  request.api.body = buffer.substr(head_size, body_size);
  buffer.erase(0, head_size + body_size);
  return true;
}

}  // namespace

FaultGate::FaultGate(extend_simulator::Simulator& simulator, const FaultPlan& plan)
    : simulator_(simulator), plan_(plan), listener_(Listen(port_)), events_(kRememberedEvents) {
  acceptor_ = std::thread([this] { AcceptAll(); });
}

void FaultGate::Stop() {
  if (stopping_.exchange(true)) return;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const MutexLock lock(mutex_);
    for (Connection& connection : connections_) {
      if (!connection.ended) connection.stream.Interrupt();
    }
  }
  std::list<Connection> left;
  {
    const MutexLock lock(mutex_);
    left.swap(connections_);
  }
  for (Connection& connection : left) connection.thread.join();
  close(listener_);
}

std::string FaultGate::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::uint64_t FaultGate::Count(FaultKind kind) const {
  return counts_.at(static_cast<std::size_t>(kind));
}

FaultGate::Answers FaultGate::answers() {
  const MutexLock lock(mutex_);
  return answers_;
}

std::string FaultGate::HistoryOf(const std::string& call) {
  std::string text;
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Event& event = events_[(next_event_ + i) % events_.size()];
    if (event.call != call) continue;
    text += " [" + event.verb + ": " + std::string(NameOf(event.fault));
    if (event.processed != 0) text += ", processed as " + std::to_string(event.processed);
    if (event.instead != 0) text += ", answered " + std::to_string(event.instead);
    text += "]";
  }
  return text;
}

void FaultGate::AcceptAll() {
  for (std::uint64_t number = 0;; ++number) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (stopping_) return;
      continue;  // ECONNABORTED and the like.
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    JoinEnded();
    {
      const MutexLock lock(mutex_);
      Connection& connection = connections_.emplace_back(fd);
      connection.thread = std::thread([this, &connection] { Serve(connection); });
    }
    const milliseconds refusal = plan_.RefusalAfterConnection(number);
    if (refusal == milliseconds(0)) continue;
    ++counts_.at(static_cast<std::size_t>(kRefuseConnections));
    shutdown(listener_, SHUT_RD);  // Frees the queue, keeps the port.
    std::this_thread::sleep_for(refusal);
    listen(listener_, SOMAXCONN);
    if (stopping_) return;
  }
}

void FaultGate::JoinEnded() {
  std::list<Connection> ended;
  {
    const MutexLock lock(mutex_);
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto here = it++;
      if (here->ended) ended.splice(ended.end(), connections_, here);
    }
  }
  for (Connection& connection : ended) connection.thread.join();
}

void FaultGate::Serve(Connection& connection) {
  std::string buffer;
  while (!stopping_ && ServeRequest(connection, buffer)) {
  }
  End(connection, false);
}

bool FaultGate::ServeRequest(Connection& connection, std::string& buffer) {
  if (buffer.empty() && !AwaitRequest(connection.fd)) return false;
  const Fault fault = plan_.ForRequest(requests_++);
  ++counts_.at(static_cast<std::size_t>(fault.kind));
  if (fault.kind == kResetUnread) return End(connection, true);

  Request request;
  if (!ReadRequest(connection.stream, buffer, request)) return false;
  request.api.header = [&request](const std::string& name) { return request.headers[name]; };
  Event event{
      .call = request.headers[kCallHeader], .verb = request.api.method, .fault = fault.kind};
  const bool goes_on = Befall(connection, request, fault, event);
  Remember(std::move(event));
  return goes_on;
}

bool FaultGate::Befall(Connection& connection, const Request& request, const Fault& fault,
                       Event& event) {
  switch (fault.kind) {
    case kResetUnprocessed:
      return End(connection, true);
    case kCloseUnprocessed:
      return End(connection, false);
    case kStallUnprocessed:
      Await(connection.fd, POLLRDHUP, kMaxStall);
      return End(connection, false);
    case kStatusUnprocessed:
      event.instead = fault.status;
      return SendWhole(connection, event.verb, fault.status, StatusText(fault));
    case kDelay:
      // Not cut short when the gateway has given up: the work is done all the same.
      std::this_thread::sleep_for(fault.pause);
      return Process(connection, request, fault, event);
    default:
      return Process(connection, request, fault, event);
  }
}

bool FaultGate::Process(Connection& connection, const Request& request, const Fault& fault,
                        Event& event) {
  const extend_simulator::ApiResponse answer = simulator_.Answer(request.api);
  event.processed = answer.status;
  switch (fault.kind) {
    case kLoseAnswer:
      return End(connection, fault.with_reset);
    case kStallAfterProcessing:
      Await(connection.fd, POLLRDHUP, kMaxStall);
      return End(connection, false);
    case kStatusAfterProcessing:
      event.instead = fault.status;
      return SendWhole(connection, event.verb, fault.status, StatusText(fault));
    case kCutHead:
    case kCutBody:
      connection.stream.Write(Cut(AnswerText(answer, fault), fault));
      return End(connection, fault.with_reset);
    case kCorruptStatusLine:
    case kCorruptChunk:
      connection.stream.Write(AnswerText(answer, fault));
      return true;
    case kCloseIdle:
      if (SendWhole(connection, event.verb, answer.status, AnswerText(answer, fault))) {
        Await(connection.fd, POLLIN | POLLRDHUP, fault.pause);
      }
      return End(connection, false);
    case kDrip: {
      const std::string text = AnswerText(answer, fault);
      for (std::size_t i = 0; i < kDrippedBytes; ++i) {
        connection.stream.Write(std::string_view(text).substr(i, 1));
        if (Await(connection.fd, POLLRDHUP, fault.pause)) return End(connection, false);
      }
      return SendWhole(connection, event.verb, answer.status, text.substr(kDrippedBytes));
    }
    default:
      return SendWhole(connection, event.verb, answer.status, AnswerText(answer, fault));
  }
}

bool FaultGate::SendWhole(Connection& connection, const std::string& verb, int status,
                          const std::string& answer) {
  {
    // Counted first: the gateway may tell of it before Write returns.
    const MutexLock lock(mutex_);
    ++answers_[{verb, status}];
  }
  return connection.stream.Write(answer) || End(connection, false);
}

bool FaultGate::End(Connection& connection, bool with_reset) {
  const MutexLock lock(mutex_);
  if (with_reset) {
    connection.stream.Reset();
  } else {
    connection.stream.Close();
  }
  connection.ended = true;
  return false;
}

void FaultGate::Remember(Event event) {
  const MutexLock lock(mutex_);
  events_[next_event_] = std::move(event);
  next_event_ = (next_event_ + 1) % events_.size();
}

}  // namespace gateway::chaos
