// A connection of the fault gate that speaks HTTP/2: does to each stream, and to the whole, what
// the plan says.
//
// Belongs to the connection's thread.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>

#include "tests/chaos/gate_connection.h"
#include "tests/chaos/http2_session.h"

namespace gateway::chaos {

class Http2Connection {
 public:
  Http2Connection(GateConnection& connection, GateContext& context);

  /// Until it has ended, and with it the work that was begun.
  void Serve();

 private:
  using Clock = std::chrono::steady_clock;
  struct Request {
    Http2StreamPtr stream;
    Fault fault;
    GateRecord::Event event;
    /// The gateway has heard that it is not processed.
    bool dropped = false;
  };
  using RequestPtr = std::shared_ptr<Request>;

  void Await();
  void RunDueTimers();
  void After(std::chrono::milliseconds pause, std::function<void()> task);

  void Receive(const Http2StreamPtr& stream);
  // What befalls a request: before it is processed, and after that.
  void Befall(const RequestPtr& request);
  void Process(const RequestPtr& request);
  void RespondInstead(const Request& request);
  void RespondEmptily(const Request& request);

  void Drip(const RequestPtr& request, std::size_t count);
  void CutShort(const Request& request, const HttpResponse& response);
  void GoAwayGracefully(bool announced);
  void GoAwayBelow(const RequestPtr& request);
  void GoAwayAtOnce(const RequestPtr& request);
  /// From now on nothing is read or written.
  void Stall();
  void WriteGarbage(const Request& request);

  /// The connection is befallen, and with it whoever is on it.
  void TouchAll();
  void End(bool with_reset);
  void CountResponse(const Http2Stream& stream);

  GateConnection& connection_;
  GateContext& context_;
  Http2Session session_;
  /// Received, and not yet ended.
  std::map<std::int32_t, RequestPtr> requests_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
  /// When responses went out, lately.
  std::deque<Clock::time_point> responses_;
  std::int32_t last_processed_ = 0;
  /// Later streams were promised not to be processed.
  std::int32_t last_allowed_ = std::numeric_limits<std::int32_t>::max();
  /// A GOAWAY has named the last stream.
  bool leaving_ = false;
  bool stalled_ = false;
  Clock::time_point stall_ends_;
  bool ended_ = false;
};

}  // namespace gateway::chaos
