#include "tests/chaos/audit.h"

#include <cctype>
#include <cstdio>
#include <thread>

namespace gateway::chaos {
namespace {

constexpr std::chrono::seconds kSettling{15};
constexpr const char* kService = "extend.v1.SplitRunService";
/// Nobody calls; a loop that spins would use all of it.
constexpr std::chrono::seconds kIdle{2};
constexpr double kMaxIdleShare = 0.1;
#ifndef CHAOS_SANITIZED
/// Growth after the warm-up, however long the campaign: a leak of 40 bytes a call shows in a
/// million calls.
constexpr long kMaxGrowthKib = 32 << 10;
#endif

/// `UNAVAILABLE HTTP_502` as the label of a metric: `Unavailable`.
std::string CodeLabel(const std::string& outcome) {
  const std::string name = outcome.substr(0, outcome.find(' '));
  if (name == "OK") return name;
  if (name == "CANCELLED") return "Canceled";
  std::string label;
  bool begins = true;
  for (const char c : name) {
    if (c != '_') label += static_cast<char>(begins ? c : std::tolower(c));
    begins = c == '_';
  }
  return label;
}

double At(const std::map<std::string, double>& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

std::string Numbers(const char* what, double a, double b) {
  return std::string(what) + ": " + std::to_string(static_cast<long>(a)) + ", expected " +
         std::to_string(static_cast<long>(b));
}

std::map<std::string, double> SeenByCode(Report& report) {
  std::map<std::string, double> seen;
  for (const auto& [key, count] : report.outcomes()) {
    if (!key.first.starts_with(kNote)) seen[CodeLabel(key.second)] += static_cast<double>(count);
  }
  return seen;
}

double GivenUp(const std::map<std::string, double>& seen) {
  return At(seen, "Canceled") + At(seen, "DeadlineExceeded");
}

double ShareOfProcessor(const GatewayProcess& process) {
  const auto before = process.ProcessorTime();
  std::this_thread::sleep_for(kIdle);
  return std::chrono::duration<double>(process.ProcessorTime() - before) / kIdle;
}

}  // namespace

Holdings HoldingsOf(const GatewayProcess& process, const FaultGate& gate,
                    std::optional<int> other) {
  const auto end = std::chrono::steady_clock::now() + kSettling;
  Holdings holdings;
  int last = -1;
  for (;;) {
    holdings = {.descriptors = process.CountDescriptors(gate.port()),
                .resident_kib = process.ResidentSize(),
                .busy = 0};
    const int now = holdings.descriptors.other;
    const bool settled = other ? now == *other : now == last;
    if (settled || std::chrono::steady_clock::now() >= end) {
      holdings.busy = ShareOfProcessor(process);
      return holdings;
    }
    last = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

void CheckHoldings(const Holdings& before, const Holdings& after, int max_pooled, Report& report) {
  std::printf(
      "descriptors %d, then %d; pooled connections %d, then %d; RSS %ld KiB, then %ld; idle CPU "
      "%.1f %%\n",
      before.descriptors.other, after.descriptors.other, before.descriptors.upstream,
      after.descriptors.upstream, before.resident_kib, after.resident_kib, 100 * after.busy);
  report.Check(Invariant::kIdleIsIdle, after.busy <= kMaxIdleShare, [&] {
    return Numbers("per cent of a processor", 100 * after.busy, 100 * kMaxIdleShare) + " at most";
  });
  report.Check(
      Invariant::kDescriptorsReturn,
      after.descriptors.other == before.descriptors.other &&
          after.descriptors.upstream <= max_pooled,
      [&] { return Numbers("descriptors", after.descriptors.other, before.descriptors.other); });
#ifdef CHAOS_SANITIZED
  report.Skip(Invariant::kMemoryReturns, "a sanitizer keeps freed memory");
#else
  report.Check(Invariant::kMemoryReturns, after.resident_kib - before.resident_kib <= kMaxGrowthKib,
               [&] {
                 return Numbers("KiB of growth",
                                static_cast<double>(after.resident_kib - before.resident_kib),
                                static_cast<double>(kMaxGrowthKib)) +
                        " at most";
               });
#endif
}

void CheckConnections(const Metrics& metrics, const Holdings& holdings, Report& report) {
  const double counted = metrics.Sum("extend_gateway_upstream_connections");
  report.Check(Invariant::kDescriptorsReturn, counted == holdings.descriptors.upstream, [&] {
    return Numbers("upstream connections counted", counted, holdings.descriptors.upstream);
  });
}

void CheckServerMetrics(const Metrics& metrics, Report& report) {
  const auto check = [&](bool holds, const std::string& detail) {
    report.Check(Invariant::kServerMetricsAgree, holds, [&] { return detail; });
  };
  const std::map<std::string, double> seen = SeenByCode(report);
  const auto handled =
      metrics.SumBy("grpc_server_handled_total", "grpc_code", {{"grpc_service", kService}});
  const double started = metrics.Sum("grpc_server_started_total", {{"grpc_service", kService}});
  double all_seen = 0;
  double all_handled = 0;
  for (const auto& [code, count] : seen) all_seen += count;
  for (const auto& [code, count] : handled) {
    all_handled += count;
    if (code == "Canceled" || code == "DeadlineExceeded") continue;
    check(count >= At(seen, code), Numbers(("handled as " + code).c_str(), count, At(seen, code)));
    check(count <= At(seen, code) + GivenUp(seen),
          Numbers(("handled as " + code).c_str(), count, At(seen, code)) + " or few more");
  }
  for (const auto& [code, count] : seen) {
    check(handled.contains(code), "not handled at all: " + code);
  }
  check(started == all_handled, Numbers("started", started, all_handled));
  check(started <= all_seen, Numbers("started", started, all_seen) + " at most");
  check(started >= all_seen - GivenUp(seen),
        Numbers("started", started, all_seen - GivenUp(seen)) + " at least");
  const double in_flight = metrics.Sum("extend_gateway_in_flight");
  check(in_flight == 0, Numbers("in flight", in_flight, 0));
}

void CheckUpstreamMetrics(const Metrics& metrics, GateRecord& record, Report& report) {
  const auto check = [&](bool holds, const std::string& detail) {
    report.Check(Invariant::kUpstreamMetricsAgree, holds, [&] { return detail; });
  };
  constexpr const char* kRequests = "extend_gateway_upstream_requests_total";
  double all_sent = 0;
  double all_counted = 0;
  for (const auto& [key, sent] : record.responses()) {
    const auto& [verb, status] = key;
    const double counted =
        metrics.Sum(kRequests, {{"method", verb}, {"http_status", std::to_string(status)}});
    all_sent += static_cast<double>(sent);
    all_counted += counted;
    check(
        counted <= static_cast<double>(sent),
        Numbers((verb + " " + std::to_string(status)).c_str(), counted, static_cast<double>(sent)) +
            " at most");
  }
  const double broken = metrics.Sum(kRequests, {{"http_status", "transport_error"}});
  const double total = metrics.Sum(kRequests);
  check(total == all_counted + broken, Numbers("all requests", total, all_counted + broken));
  const double given_up = GivenUp(SeenByCode(report));
  const double timeouts = metrics.Sum("extend_gateway_retries_total", {{"reason", "timeout"}});
  std::printf(
      "upstream: %.0f responses sent, %.0f counted, %.0f transport errors, %.0f calls given up\n",
      all_sent, all_counted, broken, given_up);
  const double missing = given_up + timeouts + static_cast<double>(record.in_doubt());
  check(all_sent - all_counted <= missing,
        Numbers("responses counted", all_counted, all_sent - missing) + " at least");
}

void CheckReconciling(const Metrics& metrics, Report& report) {
  for (const auto& [reason, count] : metrics.SumBy("extend_gateway_retries_total", "reason")) {
    std::printf("retries, %s: %.0f\n", reason.c_str(), count);
  }
  const auto outcomes = metrics.SumBy("extend_gateway_reconciliations_total", "outcome");
  for (const char* outcome :
       {"confirmed", "already_cancelled", "not_cancellable", "repeated", "failed"}) {
    std::printf("reconciled, %s: %.0f\n", outcome, At(outcomes, outcome));
    report.Check(Invariant::kReconcilingHappens, At(outcomes, outcome) > 0,
                 [&] { return std::string("never: ") + outcome; });
  }
}

}  // namespace gateway::chaos
