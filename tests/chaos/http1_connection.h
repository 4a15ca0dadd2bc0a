// A connection of the fault gate that speaks HTTP/1.1: one request after the other.
//
// Belongs to the connection's thread.
#pragma once

#include <map>
#include <string>

#include "tests/chaos/gate_connection.h"

namespace gateway::chaos {

class Http1Connection {
 public:
  Http1Connection(GateConnection& connection, GateContext& context)
      : connection_(connection), context_(context) {}

  /// Until it has ended.
  void Serve();

 private:
  struct Request {
    extend_simulator::ApiRequest api;
    std::map<std::string, std::string> headers;
  };
  using Event = GateRecord::Event;

  // These return false when the connection has ended.
  bool ServeRequest();
  bool Befall(const Request& request, const Fault& fault, Event& event);
  bool Process(const Request& request, const Fault& fault, Event& event);
  bool Respond(const extend_simulator::ApiResponse& response, const Fault& fault, Event& event);
  bool SendUnframed(const extend_simulator::ApiResponse& response, const Fault& fault,
                    const std::string& verb);
  /// Leaves bytes on the connection once it is idle, and watches who takes it all the same.
  bool LeaveStale(const Fault& fault);
  bool SendWhole(const std::string& verb, int status, const std::string& response);
  /// Ends it.
  bool End(ConnectionEnd how);
  /// Reads one request out of the buffer and the stream; false at the stream's end.
  bool Read(Request& request);

  GateConnection& connection_;
  GateContext& context_;
  std::string buffer_;
};

}  // namespace gateway::chaos
