// The faulty stretch between the gateway and the simulator: a server on 127.0.0.1 that hands
// requests to the simulator in this process and does to each what the plan says.
//
// A thread per connection. Thread-safe, but for Stop. The simulator outlives it.
#pragma once

#include <absl/base/thread_annotations.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

#include "gateway/base/mutex.h"
#include "tests/chaos/fault_plan.h"
#include "tests/chaos/gate_connection.h"
#include "tests/chaos/gate_record.h"
#include "tests/simulator/simulator.h"
#include "tests/support/test_certificate.h"
#include "tests/support/wire_stream.h"

namespace gateway::chaos {

class FaultGate {
 public:
  /// Speaks the plan's protocol. A certificate: over TLS.
  FaultGate(extend_simulator::Simulator& simulator, const FaultPlan& plan,
            const TestCertificate* certificate);
  ~FaultGate() { Stop(); }
  FaultGate(const FaultGate&) = delete;
  FaultGate& operator=(const FaultGate&) = delete;

  /// Ends all connections; nothing is processed after that. What is recorded stays.
  void Stop();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] GateRecord& record() { return record_; }

 private:
  struct Connection {
    Connection(int fd_, std::uint64_t number_, SSL_CTX* tls)
        : fd(fd_), number(number_), stream(fd_, tls) {}
    const int fd;
    const std::uint64_t number;
    WireStream stream;
    std::thread thread;
    /// Guarded by the gate's mutex.
    bool ended = false;
  };

  void AcceptAll();
  void JoinEnded();
  void Serve(Connection& connection);
  void End(Connection& connection, ConnectionEnd how);

  const SslContext tls_;
  GateRecord record_;
  std::atomic<bool> stopping_ = false;
  GateContext context_;
  std::uint16_t port_ = 0;
  const int listener_;

  Mutex mutex_;
  std::list<Connection> connections_ ABSL_GUARDED_BY(mutex_);

  std::thread acceptor_;
};

}  // namespace gateway::chaos
