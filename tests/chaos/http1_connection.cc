#include "tests/chaos/http1_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "gateway/base/ascii.h"
#include "tests/chaos/call_header.h"
#include "tests/chaos/faulty_response.h"
#include "tests/chaos/peer_queue.h"

namespace gateway::chaos {
namespace {

using enum FaultKind;
using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// A request that comes so soon after stale bytes may have been on its way before they were: the
/// gateway looks, and then sends. On a busy machine its thread may be kept waiting in between.
constexpr milliseconds kRace{5};
/// While the gateway reads a response.
constexpr int kMaxLooks = 20;
constexpr milliseconds kBetweenLooks{2};

/// Waits for a byte without reading it; false at the end of the stream.
bool AwaitRequest(int fd) {
  char byte = 0;
  return recv(fd, &byte, 1, MSG_PEEK) == 1;
}

/// When the bytes that wait have arrived, by the kernel's clock: not when this thread got to run.
/// Nothing if the kernel did not look at its clock.
std::optional<system_clock::time_point> ArrivalTime(int fd) {
  char byte = 0;
  iovec bytes{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, 256> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(fd, &message, MSG_PEEK) != 1) return std::nullopt;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time{};
    std::memcpy(&time, CMSG_DATA(part), sizeof(time));
    return system_clock::time_point(std::chrono::seconds(time.tv_sec) +
                                    std::chrono::nanoseconds(time.tv_nsec));
  }
  return std::nullopt;
}

std::string_view TakeUntil(std::string_view& text, std::string_view separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return taken;
}

}  // namespace

void Http1Connection::Serve() {
  while (!context_.stopping && ServeRequest()) {
  }
}

bool Http1Connection::Read(Request& request) {
  while (buffer_.find(kHeadEnd) == std::string::npos) {
    if (!connection_.stream.Read(buffer_)) return false;
  }
  const std::size_t head_size = buffer_.find(kHeadEnd) + kHeadEnd.size();
  std::string_view rest = std::string_view(buffer_).substr(0, head_size);
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
  while (buffer_.size() < head_size + body_size) {
    if (!connection_.stream.Read(buffer_)) return false;
  }
  request.api.body = buffer_.substr(head_size, body_size);
  buffer_.erase(0, head_size + body_size);
  return true;
}

bool Http1Connection::ServeRequest() {
  if (buffer_.empty() && !AwaitRequest(connection_.fd)) return false;
  Fault fault = context_.plan.ForRequest(context_.record.NextRequest());
  context_.record.CountFault(fault.kind);
  if (fault.kind == kResetUnread) return End(ConnectionEnd::kReset);

  Request request;
  if (!Read(request)) return false;
  request.api.header = [&request](const std::string& name) { return request.headers[name]; };
  if (request.api.method == "GET" &&
      context_.record.TakeFailingRead(request.headers[kCallHeader])) {
    fault = FaultPlan::ForFailingRead(fault);
  }
  Event event{
      .call = request.headers[kCallHeader], .verb = request.api.method, .fault = fault.kind};
  context_.record.Receive(event.call, fault.kind);
  const bool goes_on = Befall(request, fault, event);
  context_.record.Remember(std::move(event));
  return goes_on;
}

bool Http1Connection::Befall(const Request& request, const Fault& fault, Event& event) {
  switch (fault.kind) {
    case kResetUnprocessed:
      return End(ConnectionEnd::kReset);
    case kCloseUnprocessed:
      return End(ConnectionEnd::kOrderly);
    case kStallUnprocessed:
      Await(connection_.fd, POLLRDHUP, kMaxStall);
      return End(ConnectionEnd::kOrderly);
    case kStatusUnprocessed:
      event.instead = fault.status;
      return SendWhole(event.verb, fault.status, StatusText(fault));
    case kDelay:
      // Not cut short when the gateway has given up: the work is done all the same.
      std::this_thread::sleep_for(fault.pause);
      return Process(request, fault, event);
    default:
      return Process(request, fault, event);
  }
}

bool Http1Connection::Process(const Request& request, const Fault& fault, Event& event) {
  const extend_simulator::ApiResponse response = context_.simulator.Handle(request.api);
  event.processed = response.status;
  switch (fault.kind) {
    case kLoseResponse:
      return End(EndWith(fault.with_reset));
    case kStallAfterProcessing:
      Await(connection_.fd, POLLRDHUP, kMaxStall);
      return End(ConnectionEnd::kOrderly);
    case kStatusAfterProcessing:
      event.instead = fault.status;
      return SendWhole(event.verb, fault.status, StatusText(fault));
    case kEmptySuccess:
      if (!IsCancel(request.api) || response.status >= 300) break;
      event.instead = EmptySuccess(fault).status;
      return SendWhole(event.verb, event.instead, EmptySuccessText(fault));
    case kReadsFail:
      if (!IsCancel(request.api)) break;
      context_.record.FailReads(event.call, static_cast<int>(1 + fault.dice % kMaxFailingReads));
      break;
    default:
      break;
  }
  return Respond(response, fault, event);
}

bool Http1Connection::Respond(const extend_simulator::ApiResponse& response, const Fault& fault,
                              Event& event) {
  const std::string text = ResponseText(response, fault);
  switch (fault.kind) {
    case kCutHead:
    case kCutBody:
      connection_.stream.Write(Cut(text, fault));
      return End(EndWith(fault.with_reset));
    case kCorruptStatusLine:
    case kCorruptChunk:
      connection_.stream.Write(text);
      return true;
    case kUnframed:
    case kCutUnframed:
    case kUnframedUnannounced:
      return SendUnframed(response, fault, event.verb);
    case kCutGzip:
      context_.record.AddInDoubt(1);
      return SendWhole(event.verb, response.status, text);
    case kCloseIdle:
      if (SendWhole(event.verb, response.status, text)) {
        Await(connection_.fd, POLLIN | POLLRDHUP, fault.pause);
      }
      return End(ConnectionEnd::kOrderly);
    case kStaleResponse:
    case kIdleTimeout:
      return SendWhole(event.verb, response.status, text) && LeaveStale(fault);
    case kDrip:
      for (std::size_t i = 0; i < kDrippedBytes; ++i) {
        connection_.stream.Write(std::string_view(text).substr(i, 1));
        if (Await(connection_.fd, POLLRDHUP, fault.pause)) return End(ConnectionEnd::kOrderly);
      }
      return SendWhole(event.verb, response.status, text.substr(kDrippedBytes));
    default:
      return SendWhole(event.verb, response.status, text);
  }
}

bool Http1Connection::SendUnframed(const extend_simulator::ApiResponse& response,
                                   const Fault& fault, const std::string& verb) {
  // The gateway may count what was cut as a response or as a transport error.
  if (fault.kind != kUnframed) context_.record.AddInDoubt(1);
  context_.record.CountResponse(verb, response.status);
  connection_.stream.Write(ResponseText(response, fault));
  if (fault.kind == kUnframedUnannounced) return End(ConnectionEnd::kUnannounced);
  const bool resets = fault.kind == kCutUnframed && fault.with_reset;
  return End(EndWith(resets));
}

bool Http1Connection::LeaveStale(const Fault& fault) {
  // It was idle for a shorter time: nothing is left on it.
  if (Await(connection_.fd, POLLIN | POLLRDHUP, fault.pause)) return true;
  // libcurl drops what it reads together with the end of a response: no gateway could see that.
  for (int i = 0; !PeerHasReadAll(connection_.fd); ++i) {
    if (i == kMaxLooks || Await(connection_.fd, POLLIN | POLLRDHUP, kBetweenLooks)) return true;
  }
  if (Await(connection_.fd, POLLIN | POLLRDHUP, milliseconds(0)))
    return true;  // That took a while.
  if (!connection_.stream.Write(StaleText(fault.kind))) return End(ConnectionEnd::kOrderly);
  if (fault.kind == kIdleTimeout) connection_.stream.FinishWriting();
  const auto left = system_clock::now();
  context_.record.CountStale();
  if (!AwaitRequest(connection_.fd)) return End(ConnectionEnd::kOrderly);
  const auto arrived = ArrivalTime(connection_.fd);
  const bool raced = !arrived || *arrived - left <= kRace;
  Request request;
  // TLS's word of the end has no headers. A head alone comes if the bytes were taken for a response
  // before the request was sent whole.
  if (!Read(request) && request.headers.empty()) return End(ConnectionEnd::kOrderly);
  const std::string& call = request.headers[kCallHeader];
  context_.record.UseStale(call, raced);
  context_.record.Remember({.call = call, .verb = request.api.method, .fault = fault.kind});
  if (raced) {
    // The gateway may take the bytes for a response to what is never processed.
    context_.record.AddInDoubt(1);
    context_.record.CountResponse(request.api.method, fault.kind == kIdleTimeout ? 408 : 200);
  }
  return End(ConnectionEnd::kOrderly);
}

bool Http1Connection::SendWhole(const std::string& verb, int status, const std::string& response) {
  context_.record.CountResponse(verb, status);
  return connection_.stream.Write(response) || End(ConnectionEnd::kOrderly);
}

bool Http1Connection::End(ConnectionEnd how) {
  connection_.end(how);
  return false;
}

}  // namespace gateway::chaos
