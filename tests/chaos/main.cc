// extend-chaos: many clients, the real gateway, a network that fails in every way, the simulator;
// and a ledger that tells whether anybody was told something that is not so.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gateway/upstream/curl_http_loop.h"
#include "tests/chaos/audit.h"
#include "tests/chaos/client.h"
#include "tests/chaos/fault_gate.h"
#include "tests/support/mounted_secret.h"
#include "tests/support/scripted_upstream.h"
#include "tests/support/test_certificate.h"

namespace gateway::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Flags {
  std::uint64_t calls = 20'000;
  int clients = 48;
  std::uint64_t seed = std::random_device{}();
  std::string gateway;
  /// 0: as many as the gateway answers.
  double rate = 0;
  std::string upstream = "http1";
};

/// What is spoken between gateway and gate.
struct UpstreamKind {
  const char* name;
  Protocol protocol;
  bool tls;
  /// The gateway's --upstream-http.
  const char* version;
  /// Idle connections that each of at most 2 loops keeps.
  int max_pooled;
};
constexpr std::array kUpstreams = {
    UpstreamKind{"http1", Protocol::kHttp1, false, "auto",
                 CurlHttpLoopOptions::kMaxIdleConnections},
    UpstreamKind{"https1", Protocol::kHttp1, true, "1.1", CurlHttpLoopOptions::kMaxIdleConnections},
    UpstreamKind{"https2", Protocol::kHttp2, true, "2", CurlHttpLoopOptions::kMaxHttp2Connections},
};
constexpr int kLoops = 2;

/// Of the gateway: little, so that a campaign of a million calls takes minutes.
constexpr milliseconds kTimeout{3'000};
constexpr milliseconds kAttemptTimeout{250};
constexpr int kClientsPerChannel = 12;
/// Longer than any campaign.
constexpr long kCertificateSeconds = 7L * 24 * 3600;
constexpr std::chrono::seconds kStart{60};
constexpr std::chrono::seconds kStop{40};
/// Of the calls, before the gateway's holdings are taken as normal.
constexpr std::uint64_t kWarmUpPercent = 10;

/// A free port. Another process might take it before the gateway does; none has a reason to.
std::uint16_t FreePort() { return ScriptedUpstream().port(); }

std::vector<std::string> Arguments(const std::string& socket, std::uint16_t admin_port,
                                   const std::string& url, const UpstreamKind& upstream,
                                   const std::string& upstream_ca) {
  return {"serve",
          "--listen=" + socket,
          "--admin-listen=127.0.0.1:" + std::to_string(admin_port),
          "--upstream-url=" + url,
          std::string("--upstream-http=") + upstream.version,
          "--upstream-ca=" + upstream_ca,
          "--timeout=" + std::to_string(kTimeout.count()) + "ms",
          "--attempt-timeout=" + std::to_string(kAttemptTimeout.count()) + "ms",
          "--connect-timeout=250ms",
          "--retry-initial-backoff=5ms",
          "--retry-max-backoff=50ms",
          "--log-level=warn",
          "--log-format=text"};
}

/// With a rate, all clients begin an operation at the same moment: bursts, as few calls at a time
/// would share no connection.
void AwaitTurn(const Flags& flags, steady_clock::time_point begun, std::uint64_t number) {
  if (flags.rate <= 0) return;
  const auto clients = static_cast<std::uint64_t>(flags.clients);
  const double seconds = static_cast<double>(number / clients * clients) / flags.rate;
  std::this_thread::sleep_until(begun + std::chrono::duration_cast<steady_clock::duration>(
                                            std::chrono::duration<double>(seconds)));
}

/// Operations from `first` on, by all clients, up to `end`.
void RunOperations(const Flags& flags, const std::string& address, std::uint64_t first,
                   std::uint64_t end, Surroundings& surroundings) {
  std::atomic<std::uint64_t> next = first;
  std::vector<std::thread> threads;
  std::shared_ptr<grpc::Channel> channel;
  const auto begun = steady_clock::now();
  for (int i = 0; i < flags.clients; ++i) {
    if (i % kClientsPerChannel == 0) channel = OpenChannel(address);
    threads.emplace_back([&, end, channel] {
      Client client(surroundings, channel);
      for (std::uint64_t number = next++; number < end; number = next++) {
        AwaitTurn(flags, begun, number - first);
        client.Run(number);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void PrintFaults(const GateRecord& record) {
  std::puts("faults");
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    if (record.Count(kind) == 0) continue;
    std::printf("%10lu  %s\n", record.Count(kind), NameOf(kind).data());
  }
}

void CheckMetrics(std::uint16_t port, const Holdings& holdings, GateRecord& record,
                  Report& report) {
  if (const auto metrics = Metrics::Scrape(port)) {
    CheckConnections(*metrics, holdings, report);
    CheckServerMetrics(*metrics, report);
    CheckUpstreamMetrics(*metrics, record, report);
    CheckReconciling(*metrics, report);
  } else {
    std::puts("/metrics does not answer");  // Its invariants fail: never checked.
  }
}

bool Run(const Flags& flags) {
  extend_simulator::SimulatorOptions options;
  options.durations.processing = std::nullopt;  // A run ends only when it is cancelled.
  options.max_runs = 10 * flags.calls + 1000;
  extend_simulator::Simulator simulator(options, [] { return std::chrono::system_clock::now(); });
  const UpstreamKind& upstream =
      *std::ranges::find(kUpstreams, flags.upstream, &UpstreamKind::name);
  const TestCertificate certificate = MakeTestCertificate("chaos", kCertificateSeconds);
  const MountedSecret files({{"ca.pem", certificate.certificate_pem}});
  FaultGate gate(simulator, FaultPlan(flags.seed, upstream.protocol),
                 upstream.tls ? &certificate : nullptr);
  const std::uint16_t admin_port = FreePort();
  const std::string address = "unix:/tmp/extend-chaos-" + std::to_string(getpid());
  GatewayProcess process(
      flags.gateway, Arguments(address, admin_port, gate.url(), upstream, files.PathOf("ca.pem")),
      {"EXTEND_API_KEY=chaos"});
  if (!OpenChannel(address)->WaitForConnected(std::chrono::system_clock::now() + kStart)) {
    std::puts("the gateway does not start");
    return false;
  }

  Report report;
  Surroundings surroundings(flags.seed, kTimeout, kAttemptTimeout, simulator.store(), gate.record(),
                            report);
  const std::uint64_t warm_up = flags.calls * kWarmUpPercent / 100;
  const auto begun = steady_clock::now();
  RunOperations(flags, address, 0, warm_up, surroundings);
  const Holdings before = HoldingsOf(process, gate);
  RunOperations(flags, address, warm_up, flags.calls, surroundings);
  const double elapsed = std::chrono::duration<double>(steady_clock::now() - begun).count();
  const Holdings after = HoldingsOf(process, gate, before.descriptors.other);

  std::printf("%lu calls, seed %lu, %.1f s, %.0f calls/s\n", flags.calls, flags.seed, elapsed,
              static_cast<double>(flags.calls) / elapsed);
  PrintFaults(gate.record());
  surroundings.latencies.Print();
  CheckHoldings(before, after, kLoops * upstream.max_pooled, report);
  CheckMetrics(admin_port, after, gate.record(), report);
  const auto exit_code = process.Stop(kStop);
  report.Check(Invariant::kStopsCleanly, exit_code == 0, [&] {
    return exit_code ? "exit code " + std::to_string(*exit_code) : "killed, or does not end";
  });
  gate.Stop();
  surroundings.CheckCreates();
  return report.Print();
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Calls the gateway through a network that fails, and checks every answer"};
  app.add_option("--calls", flags.calls, "how many")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--clients", flags.clients, "at a time")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "of faults, operations and deadlines; random by default");
  app.add_option("--rate", flags.rate, "calls a second; 0: as many as the gateway answers")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  std::vector<std::string> names;
  for (const UpstreamKind& kind : kUpstreams) names.emplace_back(kind.name);
  app.add_option("--upstream", flags.upstream, "what the gateway speaks to the upstream")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  app.add_option("--gateway", flags.gateway, "the gateway's binary")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  // OpenSSL writes to sockets without MSG_NOSIGNAL.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  std::printf("seed %lu\n", flags.seed);
  static_cast<void>(std::fflush(stdout));
  return Run(flags) ? 0 : 1;
}

}  // namespace
}  // namespace gateway::chaos

int main(int argc, char** argv) { return gateway::chaos::Main(argc, argv); }
