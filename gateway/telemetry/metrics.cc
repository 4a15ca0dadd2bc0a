#include "gateway/telemetry/metrics.h"

#include <absl/base/thread_annotations.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/base/mutex.h"
#include "gateway/base/status_code.h"
#include "gateway/telemetry/logging.h"
#include "gateway/telemetry/process_metrics.h"

namespace gateway {
namespace {

template <class Enum>
constexpr std::size_t Index(Enum value) {
  return static_cast<std::size_t>(value);
}

// Labels by their enumerator's position.
constexpr std::array<const char*, 4> kRetryReasons = {"status", "transport", "timeout",
                                                      "rate_limited"};
static_assert(Index(RetryReason::kStatus) == 0 && Index(RetryReason::kTransport) == 1 &&
              Index(RetryReason::kTimeout) == 2 && Index(RetryReason::kRateLimited) == 3);
constexpr std::array<const char*, 5> kReconcileResults = {"confirmed", "already_cancelled",
                                                          "not_cancellable", "repeated", "failed"};
static_assert(Index(ReconcileResult::kConfirmed) == 0 &&
              Index(ReconcileResult::kAlreadyDone) == 1 && Index(ReconcileResult::kFinished) == 2 &&
              Index(ReconcileResult::kRetried) == 3 && Index(ReconcileResult::kFailed) == 4);
constexpr std::array<const char*, 3> kCredentialKinds = {"api_key", "server_tls", "upstream_tls"};
static_assert(Index(CredentialKind::kApiKey) == 0 && Index(CredentialKind::kServerTls) == 1 &&
              Index(CredentialKind::kUpstreamTls) == 2);

struct Refusal {
  const char* reason;
  const char* text;
};
constexpr std::array<Refusal, 9> kRefusals = {{
    {"in_flight", "calls were refused: --max-in-flight calls are in flight"},
    {"memory", "calls were refused: what they hold would exceed --max-buffered-bytes"},
    {"connections", "connections were closed: callers have --max-connections of them"},
    {"metadata", "calls were refused: their metadata is too large"},
    {"unknown_method", "calls were refused: no such method is served"},
    {"caller", "calls were refused: --allow-caller does not list the caller"},
    {"slow_request", "calls were refused: the request did not arrive whole in time"},
    {"not_read", "calls were cancelled: the caller did not take the response by its deadline"},
    {"size", "calls were refused: the request is too large"},
}};
static_assert(Index(RefusalReason::kInFlight) == 0 && Index(RefusalReason::kMemory) == 1 &&
              Index(RefusalReason::kConnections) == 2 && Index(RefusalReason::kMetadata) == 3 &&
              Index(RefusalReason::kUnknownMethod) == 4 && Index(RefusalReason::kCaller) == 5 &&
              Index(RefusalReason::kSlowRequest) == 6 && Index(RefusalReason::kNotRead) == 7 &&
              Index(RefusalReason::kSize) == 8);

// From a call that the gateway refuses itself to the longest call by default.
const prometheus::Histogram::BucketBoundaries& SecondBuckets() {
  static const prometheus::Histogram::BucketBoundaries kBuckets = {
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60};
  return kBuckets;
}

constexpr std::array<const char*, kRefusals.size()> RefusalLabels() {
  std::array<const char*, kRefusals.size()> labels{};
  std::ranges::transform(kRefusals, labels.begin(), &Refusal::reason);
  return labels;
}

double Seconds(std::chrono::nanoseconds elapsed) {
  return std::chrono::duration<double>(elapsed).count();
}

template <std::size_t N>
std::array<prometheus::Counter*, N> AddAll(prometheus::Family<prometheus::Counter>& family,
                                           const std::string& label,
                                           const std::array<const char*, N>& values,
                                           prometheus::Labels labels = {}) {
  std::array<prometheus::Counter*, N> counters{};
  std::ranges::transform(values, counters.begin(), [&](const char* value) {
    labels[label] = value;
    return &family.Add(labels);
  });
  return counters;
}

}  // namespace

class Metrics::Impl {
 public:
  explicit Impl(std::string_view version) {
    prometheus::BuildGauge()
        .Name("extend_gateway_build_info")
        .Help("Always 1; the label says which version runs.")
        .Register(registry)
        .Add({{"version", std::string(version)}})
        .Set(1);
  }

  prometheus::Family<prometheus::Counter>& CounterFamily(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }

  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& started =
      CounterFamily("grpc_server_started_total", "Calls begun.");
  prometheus::Family<prometheus::Counter>& handled =
      CounterFamily("grpc_server_handled_total", "Calls ended, by gRPC code.");
  prometheus::Family<prometheus::Histogram>& handling_seconds =
      prometheus::BuildHistogram()
          .Name("grpc_server_handling_seconds")
          .Help("Time from a call's begin to its end.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& upstream_requests =
      CounterFamily("extend_gateway_upstream_requests_total",
                    "HTTP requests ended, by verb and status; transport_error without a response.");
  prometheus::Histogram& upstream_seconds =
      prometheus::BuildHistogram()
          .Name("extend_gateway_upstream_request_seconds")
          .Help("Time from an HTTP request's hand-over to its end.")
          .Register(registry)
          .Add({}, SecondBuckets());
  std::array<prometheus::Counter*, kRetryReasons.size()> retries =
      AddAll(CounterFamily("extend_gateway_retries_total",
                           "Attempts that were followed by another, by the reason."),
             "reason", kRetryReasons);
  std::array<prometheus::Counter*, kReconcileResults.size()> reconciliations =
      AddAll(CounterFamily("extend_gateway_reconciliations_total",
                           "Reads of what became of a refused or lost call, by their result."),
             "outcome", kReconcileResults);
  prometheus::Counter& unmarked_creates =
      CounterFamily("extend_gateway_unmarked_creates_total",
                    "Creates sent without --create-marker's id, for want of room.")
          .Add({});
  std::array<prometheus::Counter*, kRefusals.size()> refused =
      AddAll(CounterFamily("extend_gateway_refused_total",
                           "What the gateway itself has refused, by the reason."),
             "reason", RefusalLabels());
  prometheus::Gauge& in_flight = prometheus::BuildGauge()
                                     .Name("extend_gateway_in_flight")
                                     .Help("Calls begun and not ended.")
                                     .Register(registry)
                                     .Add({});
  prometheus::Gauge& connections = prometheus::BuildGauge()
                                       .Name("extend_gateway_upstream_connections")
                                       .Help("Open connections to upstreams.")
                                       .Register(registry)
                                       .Add({});
  prometheus::Counter& stale_connections =
      CounterFamily("extend_gateway_stale_connections_total",
                    "Idle upstream connections closed unused: bytes or their end waited on them.")
          .Add({});
  prometheus::Family<prometheus::Counter>& unknown_enum_values =
      CounterFamily("extend_gateway_unknown_enum_values_total",
                    "Enum values in responses that the descriptors do not know, by enum type.");
  prometheus::Counter& dropped_anys =
      CounterFamily("extend_gateway_dropped_anys_total",
                    "Any values in responses that were dropped, as no descriptor set has the type.")
          .Add({});
  prometheus::Family<prometheus::Counter>& credential_reloads = CounterFamily(
      "extend_gateway_credential_reloads_total",
      "Changed key and certificate files, by kind and whether the change was accepted.");
  std::array<prometheus::Counter*, kCredentialKinds.size()> reloads_accepted =
      AddAll(credential_reloads, "kind", kCredentialKinds, {{"result", "success"}});
  std::array<prometheus::Counter*, kCredentialKinds.size()> reloads_rejected =
      AddAll(credential_reloads, "kind", kCredentialKinds, {{"result", "failure"}});

  /// Looked up in a map of its own: a family hashes all labels, which costs more.
  prometheus::Counter& UpstreamRequests(std::string_view verb, int status) {
    const MutexLock lock(&mutex_);
    const auto [entry, added] = upstream_counters_.try_emplace({std::string(verb), status});
    if (added) {
      entry->second = &upstream_requests.Add(
          {{"method", entry->first.first},
           {"http_status", status == 0 ? "transport_error" : std::to_string(status)}});
    }
    return *entry->second;
  }

  /// The counter of that enum type, and whether it is new.
  std::pair<prometheus::Counter&, bool> UnknownEnumValues(std::string_view enum_name) {
    const MutexLock lock(&mutex_);
    const auto [entry, added] = unknown_enum_counters_.try_emplace(std::string(enum_name));
    if (added) entry->second = &unknown_enum_values.Add({{"enum", entry->first}});
    return {*entry->second, added};
  }

 private:
  Mutex mutex_;
  std::map<std::pair<std::string, int>, prometheus::Counter*> upstream_counters_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, prometheus::Counter*> unknown_enum_counters_ ABSL_GUARDED_BY(mutex_);
};

Metrics::Metrics(std::string_view version) : impl_(std::make_unique<Impl>(version)) {}
Metrics::~Metrics() = default;

Metrics::Method Metrics::AddMethod(std::string_view service, std::string_view method) {
  prometheus::Labels labels = {{"grpc_type", "unary"},
                               {"grpc_service", std::string(service)},
                               {"grpc_method", std::string(method)}};
  Method series;
  series.started = &impl_->started.Add(labels);
  series.seconds = &impl_->handling_seconds.Add(labels, SecondBuckets());
  for (std::size_t code = 0; code < kStatusCodes; ++code) {
    labels["grpc_code"] = StatusCodeLabel(static_cast<grpc::StatusCode>(code));
    series.handled[code] = &impl_->handled.Add(labels);
  }
  return series;
}

void Metrics::CallStarted(const Method& method) {
  method.started->Increment();
  impl_->in_flight.Increment();
}

void Metrics::CallHandled(const Method& method, grpc::StatusCode code,
                          std::chrono::nanoseconds elapsed) {
  impl_->in_flight.Decrement();
  method.handled[std::min(Index(code), kStatusCodes - 1)]->Increment();
  method.seconds->Observe(Seconds(elapsed));
}

void Metrics::UpstreamRequest(std::string_view verb, std::optional<int> http_status,
                              std::chrono::nanoseconds elapsed) {
  impl_->UpstreamRequests(verb, http_status.value_or(0)).Increment();
  impl_->upstream_seconds.Observe(Seconds(elapsed));
}

void Metrics::Retried(RetryReason reason) { impl_->retries[Index(reason)]->Increment(); }

void Metrics::Reconciled(ReconcileResult result) {
  impl_->reconciliations[Index(result)]->Increment();
}

void Metrics::UnmarkedCreate() { impl_->unmarked_creates.Increment(); }

void Metrics::Refused(RefusalReason reason) {
  impl_->refused[Index(reason)]->Increment();
  const Refusal& refusal = kRefusals[Index(reason)];
  LogSoon(LogLevel::kWarn, refusal.text, {{"reason", refusal.reason}});
}

void Metrics::SetUpstreamConnections(int count) { impl_->connections.Set(count); }

void Metrics::StaleConnection() { impl_->stale_connections.Increment(); }

void Metrics::UnknownEnumValue(std::string_view enum_name) {
  const auto [counter, is_new] = impl_->UnknownEnumValues(enum_name);
  counter.Increment();
  if (is_new) Log(LogLevel::kWarn, "unknown value of enum " + std::string(enum_name));
}

void Metrics::AnyDropped() { impl_->dropped_anys.Increment(); }

void Metrics::CredentialReloaded(CredentialKind kind, bool succeeded) {
  (succeeded ? impl_->reloads_accepted : impl_->reloads_rejected)[Index(kind)]->Increment();
}

std::string Metrics::Render() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  std::ranges::move(CollectProcessMetrics(), std::back_inserter(families));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace gateway
