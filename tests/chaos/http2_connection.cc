#include "tests/chaos/http2_connection.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/chaos/call_header.h"
#include "tests/chaos/faulty_response.h"

namespace gateway::chaos {
namespace {

using enum FaultKind;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// The end of a connection may destroy responses that are so young.
constexpr milliseconds kInDoubt = 250ms;
/// Between a first GOAWAY, which names no stream, and the one that does.
constexpr milliseconds kNotice = 10ms;
constexpr int kPings = 40;

constexpr std::array kErrorCodes = {NGHTTP2_INTERNAL_ERROR, NGHTTP2_CANCEL,
                                    NGHTTP2_ENHANCE_YOUR_CALM};
constexpr std::array kMaxStreams = {1U, 3U, 10U, 100U, 100U, 100U};
/// A DATA frame on stream 0; a frame larger than allowed; text.
constexpr std::array<std::string_view, 3> kGarbage = {
    std::string_view("\0\0\1\0\0\0\0\0\0x", 10),
    std::string_view("\xff\xff\xff\0\0\0\0\0\1xxxxxxxx", 17), "HTTP/1.1 400 Bad Request\r\n\r\n"};

template <class Table>
auto Choose(const Table& table, std::uint32_t dice) {
  return table.at(dice % table.size());
}

bool ComesInPieces(FaultKind kind) {
  return kind == kCutHead || kind == kCutBody || kind == kDrip || kind == kManyHeaders;
}

ResponseShape ShapeFor(const Fault& fault, std::size_t size) {
  ResponseShape shape;
  // Some servers do not know it yet when they begin. But where the response may end before its body
  // begins, libcurl would take it for an empty one: nothing would show what is true.
  if (!fault.chunked || ComesInPieces(fault.kind)) shape.content_length = size;
  if (fault.kind == kInterim) shape.interim = fault.dice % 2 == 0 ? 103 : 100;
  shape.trailers = fault.kind == kTrailers;
  shape.many_headers = fault.kind == kManyHeaders;
  return shape;
}

bool IsStatus(FaultKind kind) {
  return kind == kStatusUnprocessed || kind == kStatusAfterProcessing;
}

}  // namespace

Http2Connection::Http2Connection(GateConnection& connection, GateContext& context)
    : connection_(connection),
      context_(context),
      session_(connection.stream, [this](const Http2Stream& stream) { CountResponse(stream); }) {}

void Http2Connection::Serve() {
  session_.SendSettings(context_.plan.TraitsOfConnection(connection_.number));
  while (!ended_ && !context_.stopping) {
    if (!stalled_ && !session_.Flush()) break;
    if (leaving_ && session_.open_streams().empty()) {
      End(false);
      break;
    }
    Await();
    RunDueTimers();
    if (stalled_ && Clock::now() >= stall_ends_) End(false);
    for (const Http2StreamPtr& stream : session_.TakeRequests()) {
      if (!ended_ && !stalled_) Receive(stream);
    }
  }
  ended_ = true;
  // Work that was begun is done all the same.
  while (!timers_.empty() && !context_.stopping) {
    std::this_thread::sleep_until(timers_.begin()->first);
    RunDueTimers();
  }
}

void Http2Connection::Await() {
  milliseconds time = 1000ms;
  if (!timers_.empty()) {
    const auto left = std::chrono::ceil<milliseconds>(timers_.begin()->first - Clock::now());
    time = std::clamp(left, 0ms, time);
  }
  const short events = stalled_ ? POLLRDHUP : POLLIN | POLLRDHUP;
  if (!chaos::Await(connection_.fd, events, time)) return;
  // What ends here was the gateway's wish.
  if (stalled_ || !session_.Read()) ended_ = true;
}

void Http2Connection::RunDueTimers() {
  while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
    const auto timer = timers_.extract(timers_.begin());
    timer.mapped()();
  }
}

void Http2Connection::After(milliseconds pause, std::function<void()> task) {
  timers_.emplace(Clock::now() + pause, std::move(task));
}

void Http2Connection::Receive(const Http2StreamPtr& stream) {
  if (stream->id > last_allowed_) return;
  auto request = std::make_shared<Request>();
  request->stream = stream;
  request->fault = context_.plan.ForRequest(context_.record.NextRequest());
  request->event = {.call = stream->headers[kCallHeader],
                    .verb = stream->api.method,
                    .fault = request->fault.kind,
                    .instead = IsStatus(request->fault.kind) ? request->fault.status : 0};
  context_.record.CountFault(request->fault.kind);
  if (stream->api.method == "GET" && context_.record.TakeFailingRead(request->event.call)) {
    request->fault = FaultPlan::ForFailingRead(request->fault);
    request->event.fault = request->fault.kind;
    request->event.instead = IsStatus(request->fault.kind) ? request->fault.status : 0;
  }
  context_.record.Receive(request->event.call, request->fault.kind);
  std::erase_if(requests_, [](const auto& entry) { return !entry.second->stream->open; });
  requests_[stream->id] = request;
  Befall(request);
}

void Http2Connection::Befall(const RequestPtr& request) {
  const Fault& fault = request->fault;
  switch (fault.kind) {
    case kResetUnprocessed:
      End(true);
      break;
    case kCloseUnprocessed:
      End(false);
      break;
    case kStallUnprocessed:
      break;
    case kStallConnection:
      Stall();
      break;
    case kStatusUnprocessed:
      RespondInstead(*request);
      break;
    case kRefuseStream:
      session_.Reset(*request->stream, NGHTTP2_REFUSED_STREAM);
      break;
    case kResetStreamUnprocessed:
      session_.Reset(*request->stream, Choose(kErrorCodes, fault.dice));
      break;
    case kGoAwayBelow:
      GoAwayBelow(request);
      break;
    case kGoAwayAtOnce:
      GoAwayAtOnce(request);
      return;
    case kDelay:
      After(fault.pause, [this, request] { Process(request); });
      return;
    default:
      Process(request);
      return;
  }
  context_.record.Remember(request->event);
}

void Http2Connection::Process(const RequestPtr& request) {
  if (request->dropped) return;
  const Fault& fault = request->fault;
  const extend_simulator::ApiResponse api = context_.simulator.Handle(request->stream->api);
  request->event.processed = api.status;
  context_.record.Remember(request->event);
  last_processed_ = std::max(last_processed_, request->stream->id);
  if (ended_ || stalled_) return;

  const HttpResponse response = ResponseOf(api, fault);
  ResponseShape shape = ShapeFor(fault, response.body.size());
  switch (fault.kind) {
    case kLoseResponse:
      return End(fault.with_reset);
    case kStallAfterProcessing:
      return;
    case kStatusAfterProcessing:
      return RespondInstead(*request);
    case kResetStreamAfterProcessing:
      return session_.Reset(*request->stream, Choose(kErrorCodes, fault.dice));
    case kCutHead:
    case kCutBody:
      return CutShort(*request, response);
    case kEmptySuccess:
      if (!IsCancel(request->stream->api) || api.status >= 300) break;
      return RespondEmptily(*request);
    case kReadsFail:
      if (!IsCancel(request->stream->api)) break;
      context_.record.FailReads(request->event.call,
                                static_cast<int>(1 + fault.dice % kMaxFailingReads));
      break;
    case kCutGzip:
      context_.record.AddInDoubt(1);
      break;
    case kCorruptFrame:
      return WriteGarbage(*request);
    case kShortLength:
      // Another length than that of what comes.
      shape.content_length = fault.with_reset
                                 ? 1 + fault.dice % (response.body.size() - 1)
                                 : response.body.size() + 1 + fault.dice % response.body.size();
      return session_.Respond(*request->stream, response, shape);
    case kDrip:
      shape.released = 0;
      session_.Respond(*request->stream, response, shape);
      return Drip(request, kDrippedBytes);
    case kCloseIdle:
      session_.Respond(*request->stream, response, shape);
      return After(fault.pause, [this] { End(false); });
    case kGoAwayGracefully:
      GoAwayGracefully(fault.with_reset);
      return session_.Respond(*request->stream, response, shape);
    case kNewSettings:
      session_.SendMaxStreams(Choose(kMaxStreams, fault.dice));
      return session_.Respond(*request->stream, response, shape);
    case kManyPings:
      session_.SendPings(kPings);
      return session_.Respond(*request->stream, response, shape);
    default:
      break;
  }
  session_.Respond(*request->stream, response, shape);
}

void Http2Connection::RespondEmptily(const Request& request) {
  const HttpResponse response = EmptySuccess(request.fault);
  ResponseShape shape;
  if (response.status != 204) shape.content_length = 0;
  session_.Respond(*request.stream, response, shape);
}

void Http2Connection::RespondInstead(const Request& request) {
  const HttpResponse response = StatusResponse(request.fault);
  session_.Respond(*request.stream, response, ShapeFor(request.fault, response.body.size()));
}

void Http2Connection::Drip(const RequestPtr& request, std::size_t count) {
  if (ended_ || stalled_) return;
  session_.Release(*request->stream, count == 0 ? std::string::npos : 1);
  if (count > 0) After(request->fault.pause, [this, request, count] { Drip(request, count - 1); });
}

void Http2Connection::CutShort(const Request& request, const HttpResponse& response) {
  const Fault& fault = request.fault;
  ResponseShape shape = ShapeFor(fault, response.body.size());
  shape.released = fault.kind == kCutHead ? 0 : fault.dice % response.body.size();
  session_.Respond(*request.stream, response, shape);
  session_.Flush();
  if (fault.dice % 8 == 0) return End(fault.with_reset);
  const auto code = fault.dice % 8 == 1 ? NGHTTP2_NO_ERROR : Choose(kErrorCodes, fault.dice / 8);
  session_.Reset(*request.stream, code);
}

void Http2Connection::GoAwayGracefully(bool announced) {
  if (std::exchange(leaving_, true)) return;
  if (!announced) return session_.GoAway(session_.last_stream(), NGHTTP2_NO_ERROR);
  leaving_ = false;
  session_.AnnounceGoAway();
  After(kNotice, [this] {
    if (ended_ || stalled_) return;
    leaving_ = true;
    session_.GoAway(session_.last_stream(), NGHTTP2_NO_ERROR);
  });
}

void Http2Connection::GoAwayBelow(const RequestPtr& request) {
  // What was processed must not be said not to be.
  const std::int32_t last = std::max({last_processed_, request->stream->id - 2, 0});
  if (request->stream->id <= last) session_.Reset(*request->stream, NGHTTP2_REFUSED_STREAM);
  for (const auto& [id, other] : requests_) {
    if (id <= last || other == request || !other->stream->open) continue;
    other->dropped = true;
    other->event.fault = kGoAwayBelow;
    context_.record.Touch(other->event.call);
    context_.record.Remember(other->event);
  }
  leaving_ = true;
  last_allowed_ = std::min(last_allowed_, last);
  session_.GoAway(last, NGHTTP2_NO_ERROR);
}

void Http2Connection::GoAwayAtOnce(const RequestPtr& request) {
  if (request->fault.dice % 2 == 0) {
    Process(request);
  } else {
    context_.record.Remember(request->event);
  }
  session_.GoAway(session_.last_stream(), NGHTTP2_INTERNAL_ERROR);
  session_.Flush();
  End(request->fault.with_reset);
}

void Http2Connection::Stall() {
  session_.Flush();
  TouchAll();
  stalled_ = true;
  stall_ends_ = Clock::now() + kMaxStall;
}

void Http2Connection::WriteGarbage(const Request& request) {
  session_.WriteRaw(std::string(Choose(kGarbage, request.fault.dice)));
  Stall();
}

void Http2Connection::TouchAll() {
  for (const auto& [id, request] : requests_) {
    if (request->stream->open) context_.record.Touch(request->event.call);
  }
  const auto young = std::ranges::lower_bound(responses_, Clock::now() - kInDoubt);
  context_.record.AddInDoubt(static_cast<std::uint64_t>(responses_.end() - young));
  responses_.clear();
}

void Http2Connection::End(bool with_reset) {
  if (std::exchange(ended_, true)) return;
  TouchAll();
  connection_.end(EndWith(with_reset));
}

void Http2Connection::CountResponse(const Http2Stream& stream) {
  const auto request = requests_.find(stream.id);
  if (request == requests_.end() || request->second->fault.kind == kShortLength) return;
  const Clock::time_point now = Clock::now();
  responses_.push_back(now);
  while (responses_.front() < now - kInDoubt) responses_.pop_front();
  context_.record.CountResponse(stream.api.method, stream.status);
}

}  // namespace gateway::chaos
