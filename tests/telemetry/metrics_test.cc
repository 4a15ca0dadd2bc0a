#include "gateway/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace gateway {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountsCallsByCodeAsDashboardsSpellIt) {
  Metrics metrics("1.2.3");
  const Metrics::Method method = metrics.AddMethod("a.v1.Books", "GetBook");
  metrics.CallStarted(method);
  metrics.CallStarted(method);
  metrics.CallHandled(method, grpc::StatusCode::NOT_FOUND, 30ms);
  const std::string labels =
      "grpc_method=\"GetBook\",grpc_service=\"a.v1.Books\",grpc_type=\"unary\"";
  EXPECT_THAT(
      metrics.Render(),
      AllOf(HasSubstr("grpc_server_started_total{" + labels + "} 2\n"),
            HasSubstr("grpc_server_handled_total{grpc_code=\"NotFound\"," + labels + "} 1\n"),
            HasSubstr("grpc_server_handled_total{grpc_code=\"OK\"," + labels + "} 0\n"),
            HasSubstr("grpc_server_handling_seconds_count{" + labels + "} 1\n"),
            HasSubstr("grpc_server_handling_seconds_bucket{" + labels + ",le=\"0.025\"} 0\n"),
            HasSubstr("grpc_server_handling_seconds_bucket{" + labels + ",le=\"0.05\"} 1\n"),
            HasSubstr("extend_gateway_in_flight 1\n"),
            HasSubstr("extend_gateway_build_info{version=\"1.2.3\"} 1\n")));
}

TEST(Metrics, CountsUpstreamRequestsByStatusOrTransportError) {
  Metrics metrics("1");
  metrics.UpstreamRequest("POST", 503, 1s);
  metrics.UpstreamRequest("POST", 503, 1s);
  metrics.UpstreamRequest("GET", std::nullopt, 1s);
  EXPECT_THAT(
      metrics.Render(),
      AllOf(HasSubstr(
                "extend_gateway_upstream_requests_total{http_status=\"503\",method=\"POST\"} 2\n"),
            HasSubstr("extend_gateway_upstream_requests_total{http_status=\"transport_error\","
                      "method=\"GET\"} 1\n"),
            HasSubstr("extend_gateway_upstream_request_seconds_count 3\n")));
}

TEST(Metrics, ShowsEveryReasonAndResultFromTheStart) {
  Metrics metrics("1");
  metrics.Retried(RetryReason::kRateLimited);
  metrics.Reconciled(ReconcileResult::kFinished);
  const std::string text = metrics.Render();
  for (const char* reason : {"status", "transport", "timeout"}) {
    EXPECT_THAT(text, HasSubstr("extend_gateway_retries_total{reason=\"" + std::string(reason) +
                                "\"} 0\n"));
  }
  EXPECT_THAT(text, HasSubstr("extend_gateway_retries_total{reason=\"rate_limited\"} 1\n"));
  for (const char* outcome : {"confirmed", "already_cancelled", "repeated", "failed"}) {
    EXPECT_THAT(text, HasSubstr("extend_gateway_reconciliations_total{outcome=\"" +
                                std::string(outcome) + "\"} 0\n"));
  }
  EXPECT_THAT(text,
              HasSubstr("extend_gateway_reconciliations_total{outcome=\"not_cancellable\"} 1\n"));
}

TEST(Metrics, CountsReloadsConnectionsAndUnknownEnumValues) {
  Metrics metrics("1");
  metrics.CredentialReloaded(CredentialKind::kApiKey, true);
  metrics.CredentialReloaded(CredentialKind::kServerTls, false);
  metrics.SetUpstreamConnections(3);
  metrics.SetUpstreamConnections(2);
  metrics.UnknownEnumValue("a.v1.Color");
  metrics.AnyDropped();
  EXPECT_THAT(metrics.Render(),
              AllOf(HasSubstr("extend_gateway_credential_reloads_total{kind=\"api_key\","
                              "result=\"success\"} 1\n"),
                    HasSubstr("extend_gateway_credential_reloads_total{kind=\"server_tls\","
                              "result=\"failure\"} 1\n"),
                    HasSubstr("extend_gateway_credential_reloads_total{kind=\"upstream_tls\","
                              "result=\"success\"} 0\n"),
                    HasSubstr("extend_gateway_upstream_connections 2\n"),
                    HasSubstr("extend_gateway_unknown_enum_values_total{enum=\"a.v1.Color\"} 1\n"),
                    HasSubstr("extend_gateway_dropped_anys_total 1\n")));
}

TEST(Metrics, LogsTheFirstUnknownValueOfEachEnum) {
  testing::internal::CaptureStderr();
  Metrics metrics("1");
  for (const char* type : {"a.v1.Color", "a.v1.Shape", "a.v1.Color"}) {
    metrics.UnknownEnumValue(type);
  }
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(log, '\n'), 2) << log;
  EXPECT_THAT(log, AllOf(HasSubstr("unknown value of enum a.v1.Color"),
                         HasSubstr("unknown value of enum a.v1.Shape")));
  EXPECT_THAT(metrics.Render(),
              HasSubstr("extend_gateway_unknown_enum_values_total{enum=\"a.v1.Color\"} 2\n"));
}

TEST(Metrics, DescribesTheProcess) {
  const std::string text = Metrics("1").Render();
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_virtual_memory_bytes", "process_threads",
                           "process_start_time_seconds", "process_open_fds", "process_max_fds"}) {
    const std::size_t line = text.find("\n" + std::string(name) + " ");
    ASSERT_NE(line, std::string::npos) << name;
    const double value = std::strtod(text.c_str() + line + std::string(name).size() + 2, nullptr);
    EXPECT_GE(value, 0) << name;
    if (std::string_view(name) == "process_resident_memory_bytes") {
      EXPECT_GT(value, 1e6);
    }
    if (std::string_view(name) == "process_start_time_seconds") {
      EXPECT_GT(value, 1.6e9);
    }
  }
}

}  // namespace
}  // namespace gateway
