#include "tests/chaos/http1_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <thread>
#include <utility>

#include "gateway/base/ascii.h"
#include "tests/chaos/call_header.h"
#include "tests/chaos/faulty_response.h"

namespace gateway::chaos {
namespace {

using enum FaultKind;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

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
  const Fault fault = context_.plan.ForRequest(context_.record.NextRequest());
  context_.record.CountFault(fault.kind);
  if (fault.kind == kResetUnread) return End(true);

  Request request;
  if (!Read(request)) return false;
  request.api.header = [&request](const std::string& name) { return request.headers[name]; };
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
      return End(true);
    case kCloseUnprocessed:
      return End(false);
    case kStallUnprocessed:
      Await(connection_.fd, POLLRDHUP, kMaxStall);
      return End(false);
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
      return End(fault.with_reset);
    case kStallAfterProcessing:
      Await(connection_.fd, POLLRDHUP, kMaxStall);
      return End(false);
    case kStatusAfterProcessing:
      event.instead = fault.status;
      return SendWhole(event.verb, fault.status, StatusText(fault));
    case kCutHead:
    case kCutBody:
      connection_.stream.Write(Cut(ResponseText(response, fault), fault));
      return End(fault.with_reset);
    case kCorruptStatusLine:
    case kCorruptChunk:
      connection_.stream.Write(ResponseText(response, fault));
      return true;
    case kCloseIdle:
      if (SendWhole(event.verb, response.status, ResponseText(response, fault))) {
        Await(connection_.fd, POLLIN | POLLRDHUP, fault.pause);
      }
      return End(false);
    case kDrip: {
      const std::string text = ResponseText(response, fault);
      for (std::size_t i = 0; i < kDrippedBytes; ++i) {
        connection_.stream.Write(std::string_view(text).substr(i, 1));
        if (Await(connection_.fd, POLLRDHUP, fault.pause)) return End(false);
      }
      return SendWhole(event.verb, response.status, text.substr(kDrippedBytes));
    }
    default:
      return SendWhole(event.verb, response.status, ResponseText(response, fault));
  }
}

bool Http1Connection::SendWhole(const std::string& verb, int status, const std::string& response) {
  context_.record.CountResponse(verb, status);
  return connection_.stream.Write(response) || End(false);
}

bool Http1Connection::End(bool with_reset) {
  connection_.end(with_reset);
  return false;
}

}  // namespace gateway::chaos
