// extend-chaos: many clients, the real gateway, a network that fails in every way, the simulator;
// and a ledger that tells whether anybody was told something that is not so.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/audit.h"
#include "tests/chaos/client.h"
#include "tests/support/scripted_upstream.h"

namespace gateway::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Flags {
  std::uint64_t calls = 20'000;
  int clients = 48;
  std::uint64_t seed = std::random_device{}();
  std::string gateway;
};

/// Of the gateway: little, so that a campaign of a million calls takes minutes.
constexpr milliseconds kTimeout{3'000};
constexpr int kClientsPerChannel = 12;
constexpr std::chrono::seconds kStart{60};
constexpr std::chrono::seconds kStop{40};
/// Of the calls, before the gateway's holdings are taken as normal.
constexpr std::uint64_t kWarmUpPercent = 10;

/// A free port. Another process might take it before the gateway does; none has a reason to.
std::uint16_t FreePort() { return ScriptedUpstream().port(); }

std::vector<std::string> Arguments(const std::string& socket, const std::string& upstream,
                                   std::uint16_t admin_port) {
  return {"serve",
          "--listen=" + socket,
          "--admin-listen=127.0.0.1:" + std::to_string(admin_port),
          "--upstream-url=" + upstream,
          "--timeout=" + std::to_string(kTimeout.count()) + "ms",
          "--attempt-timeout=250ms",
          "--connect-timeout=250ms",
          "--retry-initial-backoff=5ms",
          "--retry-max-backoff=50ms",
          "--log-level=warn",
          "--log-format=text"};
}

/// Operations from `first` on, by all clients, up to `end`.
void RunOperations(const Flags& flags, const std::string& address, std::uint64_t first,
                   std::uint64_t end, Surroundings& surroundings) {
  std::atomic<std::uint64_t> next = first;
  std::vector<std::thread> threads;
  std::shared_ptr<grpc::Channel> channel;
  for (int i = 0; i < flags.clients; ++i) {
    if (i % kClientsPerChannel == 0) channel = OpenChannel(address);
    threads.emplace_back([&next, &surroundings, end, channel] {
      Client client(surroundings, channel);
      for (std::uint64_t number = next++; number < end; number = next++) client.Run(number);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void PrintFaults(const FaultGate& gate) {
  std::puts("faults");
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    std::printf("%10lu  %s\n", gate.Count(kind), NameOf(kind).data());
  }
}

void CheckMetrics(std::uint16_t port, FaultGate& gate, Report& report) {
  if (const auto metrics = Metrics::Scrape(port)) {
    CheckServerMetrics(*metrics, report);
    CheckUpstreamMetrics(*metrics, gate.answers(), report);
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
  FaultGate gate(simulator, FaultPlan(flags.seed));
  const std::uint16_t admin_port = FreePort();
  const std::string address = "unix:/tmp/extend-chaos-" + std::to_string(getpid());
  GatewayProcess process(flags.gateway, Arguments(address, gate.url(), admin_port),
                         {"EXTEND_API_KEY=chaos"});
  if (!OpenChannel(address)->WaitForConnected(std::chrono::system_clock::now() + kStart)) {
    std::puts("the gateway does not start");
    return false;
  }

  Report report;
  Surroundings surroundings(flags.seed, kTimeout, simulator.store(), gate, report);
  const std::uint64_t warm_up = flags.calls * kWarmUpPercent / 100;
  const auto begun = steady_clock::now();
  RunOperations(flags, address, 0, warm_up, surroundings);
  const Holdings before = HoldingsOf(process, gate);
  RunOperations(flags, address, warm_up, flags.calls, surroundings);
  const double elapsed = std::chrono::duration<double>(steady_clock::now() - begun).count();
  const Holdings after = HoldingsOf(process, gate, before.descriptors.other);

  std::printf("%lu calls, seed %lu, %.1f s, %.0f calls/s\n", flags.calls, flags.seed, elapsed,
              static_cast<double>(flags.calls) / elapsed);
  PrintFaults(gate);
  CheckHoldings(before, after, report);
  CheckMetrics(admin_port, gate, report);
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
  app.add_option("--gateway", flags.gateway, "the gateway's binary")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::printf("seed %lu\n", flags.seed);
  static_cast<void>(std::fflush(stdout));
  return Run(flags) ? 0 : 1;
}

}  // namespace
}  // namespace gateway::chaos

int main(int argc, char** argv) { return gateway::chaos::Main(argc, argv); }
