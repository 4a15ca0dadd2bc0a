// extend-chaos: many clients, the real gateway, a network that fails in every way, the simulator;
// and a ledger that shows whether anybody heard something that is not so.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gateway/upstream/curl_http_loop.h"
#include "tests/chaos/audit.h"
#include "tests/chaos/client.h"
#include "tests/chaos/fault_gate.h"
#include "tests/support/free_port.h"
#include "tests/support/mounted_secret.h"
#include "tests/support/open_channel.h"
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
  /// 0: as many as the gateway carries.
  double rate = 0;
  std::string upstream = "http1";
  std::vector<std::string> without;
};

/// How long a cancelled run is CANCELLING.
constexpr milliseconds kCancellingTime{40};
constexpr const char* kCancelling = "cancelling";

/// What `--without` can take out of a campaign.
struct Trouble {
  const char* name;
  std::vector<FaultKind> kinds;
};
const std::vector<Trouble>& Troubles() {
  using enum FaultKind;
  static const std::vector<Trouble> troubles = {
      {"stale", {kStaleResponse}},
      {"idle-timeout", {kIdleTimeout}},
      {"gzip", {kGzip, kCutGzip}},
      {"unframed", {kUnframed, kCutUnframed}},
      {"unannounced", {kUnframedUnannounced}},
      {"empty", {kEmptySuccess}},
      {"reads", {kReadsFail}},
      {kCancelling, {}},
  };
  return troubles;
}

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

/// How many calls may meet stale bytes at the very moment at which they come: 3, and 5 % of them.
constexpr std::uint64_t kRacesAtLeast = 3;
constexpr std::uint64_t kRacesInOf = 20;
/// The gateway's --timeout and --attempt-timeout: short, so that a campaign of a million calls
/// takes minutes.
constexpr milliseconds kTimeout{3'000};
constexpr milliseconds kAttemptTimeout{250};
constexpr int kClientsPerChannel = 12;
/// Longer than any campaign.
constexpr long kCertificateSeconds = 7L * 24 * 3600;
constexpr std::chrono::seconds kStart{60};
constexpr std::chrono::seconds kStop{40};
/// The share of the calls before the gateway's holdings are taken as normal.
constexpr std::uint64_t kWarmUpPercent = 10;

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
    std::puts("/metrics does not respond");  // Its invariants fail: never checked.
  }
}

bool IsWithout(const Flags& flags, std::string_view trouble) {
  return std::ranges::find(flags.without, trouble) != flags.without.end();
}

std::set<FaultKind> KindsWithout(const Flags& flags) {
  std::set<FaultKind> kinds;
  for (const Trouble& trouble : Troubles()) {
    if (IsWithout(flags, trouble.name)) kinds.insert(trouble.kinds.begin(), trouble.kinds.end());
  }
  return kinds;
}

void CheckStaleBytes(GateRecord& record, Report& report) {
  const std::vector<std::string> uses = record.stale_uses();
  std::printf("stale bytes on %lu idle connections; %zu calls used one, %lu at the very moment\n",
              record.stale(), uses.size(), record.raced());
  // Moments are short: a gateway that does not look meets five times as many.
  const std::uint64_t allowed = kRacesAtLeast + record.stale() / kRacesInOf;
  report.Check(Invariant::kStaleIsNeverUsed, record.raced() <= allowed, [&] {
    return std::to_string(record.raced()) + " calls used one at the very moment, expected " +
           std::to_string(allowed) + " at most";
  });
  if (record.stale() == 0) report.Skip(Invariant::kStaleIsNeverUsed, "there were none");
  for (std::uint64_t i = uses.size() + record.raced(); i < record.stale(); ++i) {
    report.Check(Invariant::kStaleIsNeverUsed, true, [] { return std::string(); });
  }
  for (const std::string& use : uses) {
    report.Check(Invariant::kStaleIsNeverUsed, false,
                 [&] { return use + ":" + record.HistoryOf(use); });
  }
}

bool Run(const Flags& flags) {
  extend_simulator::SimulatorOptions options;
  options.durations.processing = std::nullopt;  // A run ends only when it is cancelled.
  if (!IsWithout(flags, kCancelling)) options.durations.cancelling = kCancellingTime;
  options.max_runs = 10 * flags.calls + 1000;
  extend_simulator::Simulator simulator(options, [] { return std::chrono::system_clock::now(); });
  const UpstreamKind& upstream =
      *std::ranges::find(kUpstreams, flags.upstream, &UpstreamKind::name);
  const TestCertificate certificate = MakeTestCertificate("chaos", kCertificateSeconds);
  const MountedSecret files({{"ca.pem", certificate.certificate_pem}});
  FaultGate gate(simulator, FaultPlan(flags.seed, upstream.protocol, KindsWithout(flags)),
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
  CheckStaleBytes(gate.record(), report);
  return report.Print();
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Calls the gateway through a network that fails, and checks every response"};
  app.add_option("--calls", flags.calls, "how many")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--clients", flags.clients, "at a time")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "of faults, operations and deadlines; random by default");
  app.add_option("--rate", flags.rate, "calls a second; 0: as many as the gateway carries")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  std::vector<std::string> names;
  for (const UpstreamKind& kind : kUpstreams) names.emplace_back(kind.name);
  app.add_option("--upstream", flags.upstream, "what the gateway speaks to the upstream")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  std::vector<std::string> troubles;
  for (const Trouble& trouble : Troubles()) troubles.emplace_back(trouble.name);
  app.add_option("--without", flags.without, "leave these faults out")
      ->check(CLI::IsMember(troubles))
      ->delimiter(',');
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
