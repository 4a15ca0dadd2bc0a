// extend-simulator: Extend's API for split runs on one machine, for demos and tests.
#include <CLI/CLI.hpp>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string>

#include "tests/simulator/http_server.h"
#include "tests/simulator/status_names.h"

namespace extend_simulator {
namespace {

struct Flags {
  SimulatorOptions simulator;
  HttpOptions http;
};

std::chrono::milliseconds Milliseconds(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

void SplitAddress(const std::string& listen, HttpOptions& http) {
  const std::size_t colon = listen.rfind(':');
  const std::string port = colon == std::string::npos ? "" : listen.substr(colon + 1);
  int number = -1;
  if (!CLI::detail::lexical_cast(port, number) || number < 0 || number > 65535 || colon == 0) {
    throw CLI::ValidationError("--listen", "must be host:port, such as 127.0.0.1:0");
  }
  http.host = listen.substr(0, colon);
  http.port = number;
}

int ParseFlags(int argc, char** argv, Flags& flags) {
  CLI::App app{"A stand-in for Extend's API for split runs"};
  const CLI::Range seconds(0.0, 1e6);
  std::string listen = "127.0.0.1:8080";
  double pending = 0;
  double processing = 30;
  double lingering = 0;
  double cancelling = 0;
  std::string cancel_pending = "refuse";
  bool strays = false;
  bool forever = false;
  ApiOptions& api = flags.simulator.api;
  const std::map<std::string, ErrorShape> shapes = {{"current", ErrorShape::kCurrent},
                                                    {"nested", ErrorShape::kNested},
                                                    {"legacy", ErrorShape::kLegacy},
                                                    {"text", ErrorShape::kText}};

  app.add_option("--listen", listen, "host:port; port 0 takes a free one")->capture_default_str();
  app.add_option("--api-key", api.api_key, "the only token accepted; without it, any is");
  app.add_flag("--require-workspace", api.require_workspace,
               "refuse requests without x-extend-workspace-id");
  app.add_option("--pending-seconds", pending, "how long a new run is PENDING")
      ->check(seconds)
      ->capture_default_str();
  app.add_option("--processing-seconds", processing, "how long it is PROCESSING after that")
      ->check(seconds)
      ->capture_default_str();
  app.add_flag("--processing-forever", forever, "new runs stay PROCESSING until cancelled");
  app.add_option("--cancel-lingers", lingering,
                 "seconds that a cancelled run still shows PROCESSING")
      ->check(seconds)
      ->capture_default_str();
  app.add_option("--cancelling-seconds", cancelling,
                 "how long it is CANCELLING after that, and refuses further cancels")
      ->check(seconds)
      ->capture_default_str();
  app.add_option("--cancel-pending", cancel_pending, "what cancels of PENDING runs meet")
      ->check(CLI::IsMember({"refuse", "allow"}))
      ->capture_default_str();
  app.add_option("--refusal-status", api.refusal_status, "HTTP status of a refused cancel")
      ->check(CLI::IsMember({400, 409, 422}))
      ->capture_default_str();
  app.add_flag("--lose-cancel-responses", api.lose_cancel_responses,
               "carry cancels out, or refuse them, but break the connection in the response");
  app.add_flag("--stray-responses", strays,
               "send a 200 that nobody asked for on each connection that becomes idle");
  app.add_option("--error-shape", api.error_shape,
                 "body of errors: current, nested, legacy or text")
      ->transform(CLI::CheckedTransformer(shapes));
  app.add_option("--rate-limit", api.requests_per_second,
                 "requests per second and category (GET, WRITE, RUN); 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--splits", api.splits, "splits in the output of a processed run")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  app.add_option("--max-runs", flags.simulator.max_runs,
                 "creating more is refused with 402 USAGE_BLOCKED")
      ->capture_default_str();
  app.add_option("--threads", flags.http.threads, "connections served at the same time")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  auto* cert = app.add_option("--tls-cert", flags.http.tls_cert, "PEM file: serve HTTPS");
  auto* key = app.add_option("--tls-key", flags.http.tls_key, "PEM file")->needs(cert);
  cert->needs(key);

  try {
    app.parse(argc, argv);
    SplitAddress(listen, flags.http);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  flags.simulator.durations.pending = Milliseconds(pending);
  flags.simulator.durations.processing = Milliseconds(processing);
  if (forever) flags.simulator.durations.processing = std::nullopt;
  flags.simulator.durations.lingering = Milliseconds(lingering);
  flags.simulator.durations.cancelling = Milliseconds(cancelling);
  if (cancel_pending == "allow") flags.simulator.pending_cancels = PendingCancels::kAllowed;
  if (strays) {
    flags.http.on_stray = [] {
      std::puts("stray response on an idle connection");
      std::fflush(stdout);
    };
  }
  return -1;
}

int Main(int argc, char** argv) {
  // Before any thread is made, so that only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  Flags flags;
  if (const int status = ParseFlags(argc, argv, flags); status >= 0) return status;
  Simulator simulator(flags.simulator, [] { return std::chrono::system_clock::now(); });
  const HttpServer server(flags.http, simulator);
  std::printf("listening %s\n", server.url().c_str());
  for (const auto& [id, status] : kSeededRuns) {
    std::printf("run %s %s\n", id, std::string(StatusName(status)).c_str());
  }
  std::fflush(stdout);

  int signal = 0;
  sigwait(&signals, &signal);
  std::_Exit(0);  // at once: open connections are not waited for
}

}  // namespace
}  // namespace extend_simulator

int main(int argc, char** argv) {
  try {
    return extend_simulator::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "extend-simulator: %s\n", error.what());
    return 1;
  }
}
