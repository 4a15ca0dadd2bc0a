// The faulty stretch between the gateway and the simulator: an HTTP/1.1 server on 127.0.0.1 that
// hands requests to the simulator in this process and does to each what the plan says.
//
// A thread per connection. Thread-safe, but for Stop. The simulator outlives it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/base/mutex.h"
#include "tests/chaos/fault_plan.h"
#include "tests/simulator/simulator.h"
#include "tests/support/wire_stream.h"

namespace gateway::chaos {

class FaultGate {
 public:
  /// Complete, well-framed answers by verb and status.
  using Answers = std::map<std::pair<std::string, int>, std::uint64_t>;

  FaultGate(extend_simulator::Simulator& simulator, const FaultPlan& plan);
  ~FaultGate() { Stop(); }
  FaultGate(const FaultGate&) = delete;
  FaultGate& operator=(const FaultGate&) = delete;

  /// Ends all connections; nothing is processed after that. What is counted stays.
  void Stop();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] std::uint64_t Count(FaultKind kind) const;
  [[nodiscard]] Answers answers();
  /// What was done to a call's requests, as far as it is remembered: for reports.
  [[nodiscard]] std::string HistoryOf(const std::string& call);

 private:
  struct Connection {
    explicit Connection(int fd_) : fd(fd_), stream(fd_, nullptr) {}
    /// For poll; owned by the stream.
    const int fd;
    WireStream stream;
    std::thread thread;
    /// Guarded by the gate's mutex.
    bool ended = false;
  };
  struct Request {
    extend_simulator::ApiRequest api;
    std::map<std::string, std::string> headers;
  };
  struct Event {
    std::string call;
    std::string verb;
    FaultKind fault = FaultKind::kNone;
    /// What the simulator said; 0: it was not asked.
    int processed = 0;
    /// What the gate said in its place; 0: nothing.
    int instead = 0;
  };

  void AcceptAll();
  void JoinEnded();
  void Serve(Connection& connection);
  /// These return false when the connection has ended.
  bool ServeRequest(Connection& connection, std::string& buffer);
  bool Befall(Connection& connection, const Request& request, const Fault& fault, Event& event);
  bool Process(Connection& connection, const Request& request, const Fault& fault, Event& event);
  bool SendWhole(Connection& connection, const std::string& verb, int status,
                 const std::string& answer);
  /// Ends it.
  bool End(Connection& connection, bool with_reset);
  void Remember(Event event);

  extend_simulator::Simulator& simulator_;
  const FaultPlan plan_;
  std::uint16_t port_ = 0;
  const int listener_;

  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> requests_ = 0;
  std::array<std::atomic<std::uint64_t>, kFaultKinds> counts_{};

  Mutex mutex_;
  std::list<Connection> connections_ GUARDED_BY(mutex_);
  Answers answers_ GUARDED_BY(mutex_);
  /// A ring.
  std::vector<Event> events_ GUARDED_BY(mutex_);
  std::size_t next_event_ GUARDED_BY(mutex_) = 0;

  std::thread acceptor_;
};

}  // namespace gateway::chaos
