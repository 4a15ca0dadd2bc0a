// The process's metrics, in Prometheus' terms. Names and labels are the contract's (README,
// "Metrics").
//
// Thread-safe, outlives everything that reports to it. Label values come only from descriptors and
// the fixed sets below, so that no caller and no upstream can make memory grow.
#pragma once

#include <grpcpp/support/status_code_enum.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/telemetry/call_events.h"

namespace prometheus {
class Counter;
class Histogram;
}  // namespace prometheus

namespace gateway {

class Metrics {
 public:
  static constexpr std::size_t kGrpcCodes = 17;

  /// The series of one RPC, looked up once at start.
  struct Method {
    prometheus::Counter* started = nullptr;
    std::array<prometheus::Counter*, kGrpcCodes> handled{};
    prometheus::Histogram* seconds = nullptr;
  };

  explicit Metrics(std::string_view version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Method AddMethod(std::string_view service, std::string_view method);
  void CallStarted(const Method& method);
  void CallHandled(const Method& method, grpc::StatusCode code, std::chrono::nanoseconds elapsed);

  /// One attempt has ended; `http_status` is nothing for a transport error.
  void UpstreamRequest(std::string_view verb, std::optional<int> http_status,
                       std::chrono::nanoseconds elapsed);
  void Retried(RetryReason reason);
  void Reconciled(ReconcileResult outcome);
  /// How many are open now.
  void SetUpstreamConnections(int count);
  /// An idle upstream connection was closed unused: bytes or its end waited on it.
  void StaleConnection();
  void UnknownEnumValue(std::string_view enum_name);
  /// A change that was put to use, or (once for each distinct fault) one that was refused.
  void CredentialReloaded(CredentialKind kind, bool succeeded);

  /// All series in Prometheus' text format 0.0.4, the process's own included.
  [[nodiscard]] std::string Render() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
