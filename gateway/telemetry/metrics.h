// The process's metrics, in Prometheus' terms. deploy/README.md lists their names and labels, which
// dashboards rely on.
//
// Thread-safe. Outlives everything that reports to it. Label values come only from descriptors and
// fixed sets, so that no caller and no upstream can make memory grow.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/status_code.h"

namespace prometheus {
class Counter;
class Histogram;
}  // namespace prometheus

namespace gateway {

/// Why an attempt was followed by another.
enum class RetryReason { kStatus, kTransport, kTimeout, kRateLimited };

/// What a reconciling GET has led to.
enum class ReconcileResult { kConfirmed, kAlreadyDone, kFinished, kRetried, kFailed };

/// Which files have changed: --api-key-file; --tls-cert, --tls-key and --tls-client-ca;
/// --upstream-cert, --upstream-key and --upstream-ca.
enum class CredentialKind { kApiKey, kServerTls, kUpstreamTls };

/// Why the gateway itself has refused a call, a connection or a request.
enum class RefusalReason {
  kInFlight,       ///< --max-in-flight.
  kMemory,         ///< --max-buffered-bytes.
  kConnections,    ///< --max-connections.
  kMetadata,       ///< The call's metadata is too large.
  kUnknownMethod,  ///< No such method is served.
  kCaller,         ///< --allow-caller.
  kSlowRequest,    ///< The request did not arrive whole in time.
  kNotRead,        ///< The caller did not take the response by its deadline.
  kSize,           ///< The request, or the JSON made of it, is too large.
};

class Metrics {
 public:
  /// The series of one RPC, looked up once at start.
  struct Method {
    prometheus::Counter* started = nullptr;
    std::array<prometheus::Counter*, kStatusCodes> handled{};
    prometheus::Histogram* seconds = nullptr;
  };

  explicit Metrics(std::string_view version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Method AddMethod(std::string_view service, std::string_view method);
  void CallStarted(const Method& method);
  void CallHandled(const Method& method, grpc::StatusCode code, std::chrono::nanoseconds elapsed);

  /// One attempt has ended. `http_status`: nothing for a transport error.
  void UpstreamRequest(std::string_view verb, std::optional<int> http_status,
                       std::chrono::nanoseconds elapsed);
  void Retried(RetryReason reason);
  void Reconciled(ReconcileResult result);
  /// A create went out without the id that --create-marker asks for, as there was no room for it.
  void UnmarkedCreate();
  /// Something was refused; logged too, a limited line for each reason.
  void Refused(RefusalReason reason);
  /// How many connections are open now.
  void SetUpstreamConnections(int count);
  /// An idle upstream connection was closed unused: bytes or its end waited on it.
  void StaleConnection();
  /// An upstream has sent a value that the enum type lacks; the field is 0 for the caller. The
  /// first value of each type is logged too.
  void UnknownEnumValue(std::string_view enum_name);
  /// An Any in a response was dropped, as no descriptor set has its type.
  void AnyDropped();
  /// A change that is in use, or (once for each distinct error) one that was rejected.
  void CredentialReloaded(CredentialKind kind, bool succeeded);

  /// All series in Prometheus' text format 0.0.4, the process's own included.
  [[nodiscard]] std::string Render() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
