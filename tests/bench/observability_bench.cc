// What a call costs for being observed: its metrics, its trace context, its line in the access log.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include "gateway/telemetry/access_log.h"
#include "gateway/telemetry/logging.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/telemetry/trace_context.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;

/// As one call with one attempt reports.
void BM_Metrics(benchmark::State& state) {
  Metrics metrics("bench");
  const Metrics::Method method = metrics.AddMethod("extend.v1.SplitRunService", "GetSplitRun");
  for (auto _ : state) {
    metrics.CallStarted(method);
    metrics.UpstreamRequest("GET", 200, milliseconds(20));
    metrics.CallHandled(method, grpc::StatusCode::OK, milliseconds(21));
  }
}
BENCHMARK(BM_Metrics);

void BM_TraceContext(benchmark::State& state) {
  for (auto _ : state) {
    const TraceContext context =
        TraceContext::FromCaller("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    benchmark::DoNotOptimize(context.trace_id());
  }
}
BENCHMARK(BM_TraceContext);

/// The file is /dev/null: the kernel's part is a system call's price.
void BM_AccessLogLine(benchmark::State& state) {
  SetUpLogging(LogLevel::kInfo, state.range(0) == 0 ? LogFormat::kJson : LogFormat::kText);
  const CallRecord call{.method = "/extend.v1.SplitRunService/GetSplitRun",
                        .http_status = 200,
                        .attempts = 1,
                        .duration = milliseconds(21),
                        .upstream_time = milliseconds(20),
                        .request_bytes = 27,
                        .response_bytes = 1800,
                        .request_id = "req_Xj8mK2pL9nR4vT7qY5wZ",
                        .trace_id = "0af7651916cd43dd8448eb211c80319c",
                        .peer = "ipv4:127.0.0.1:51234"};
  for (auto _ : state) LogCall(call);
}
BENCHMARK(BM_AccessLogLine)->ArgName("text")->Arg(0)->Arg(1);

}  // namespace
}  // namespace gateway

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, STDERR_FILENO) < 0) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
