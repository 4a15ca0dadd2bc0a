#include "tests/chaos/fault_gate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "gateway/base/mutex.h"
#include "tests/chaos/http1_connection.h"
#include "tests/chaos/http2_connection.h"

namespace gateway::chaos {
namespace {

using std::chrono::milliseconds;

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

SslContext TlsOf(const TestCertificate* certificate, Protocol protocol) {
  if (certificate == nullptr) return nullptr;
  return MakeServerContext({.certificate_pem = certificate->certificate_pem,
                            .key_pem = certificate->key_pem,
                            .client_ca_pem = {},
                            .http2 = protocol == Protocol::kHttp2});
}

}  // namespace

FaultGate::FaultGate(extend_simulator::Simulator& simulator, const FaultPlan& plan,
                     const TestCertificate* certificate)
    : tls_(TlsOf(certificate, plan.protocol())),
      context_{.simulator = simulator, .plan = plan, .record = record_, .stopping = stopping_},
      listener_(Listen(port_)) {
  acceptor_ = std::thread([this] { AcceptAll(); });
}

void FaultGate::Stop() {
  if (stopping_.exchange(true)) return;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const MutexLock lock(&mutex_);
    for (Connection& connection : connections_) {
      if (!connection.ended) connection.stream.Interrupt();
    }
  }
  std::list<Connection> left;
  {
    const MutexLock lock(&mutex_);
    left.swap(connections_);
  }
  for (Connection& connection : left) connection.thread.join();
  close(listener_);
}

std::string FaultGate::url() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
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
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
    JoinEnded();
    {
      const MutexLock lock(&mutex_);
      Connection& connection = connections_.emplace_back(fd, number, tls_.get());
      connection.thread = std::thread([this, &connection] { Serve(connection); });
    }
    const milliseconds refusal = context_.plan.RefusalAfterConnection(number);
    if (refusal == milliseconds(0)) continue;
    record_.CountFault(FaultKind::kRefuseConnections);
    shutdown(listener_, SHUT_RD);  // Frees the queue, keeps the port.
    std::this_thread::sleep_for(refusal);
    listen(listener_, SOMAXCONN);
    if (stopping_) return;
  }
}

void FaultGate::JoinEnded() {
  std::list<Connection> ended;
  {
    const MutexLock lock(&mutex_);
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto here = it++;
      if (here->ended) ended.splice(ended.end(), connections_, here);
    }
  }
  for (Connection& connection : ended) connection.thread.join();
}

void FaultGate::Serve(Connection& connection) {
  if (connection.stream.Accept()) {
    GateConnection served{.fd = connection.fd,
                          .number = connection.number,
                          .stream = connection.stream,
                          .end = [this, &connection](ConnectionEnd how) { End(connection, how); }};
    if (context_.plan.protocol() == Protocol::kHttp2) {
      Http2Connection(served, context_).Serve();
    } else {
      Http1Connection(served, context_).Serve();
    }
  }
  End(connection, ConnectionEnd::kOrderly);
}

void FaultGate::End(Connection& connection, ConnectionEnd how) {
  const MutexLock lock(&mutex_);
  switch (how) {
    case ConnectionEnd::kOrderly:
      connection.stream.Close();
      break;
    case ConnectionEnd::kReset:
      connection.stream.Reset();
      break;
    case ConnectionEnd::kUnannounced:
      connection.stream.Cut();
      break;
  }
  connection.ended = true;
}

}  // namespace gateway::chaos
