// One served method, compiled: a request message in, a call to the upstream out; what its
// responses mean; and the response to the caller.
//
// Const and thread-safe after construction. Route, settings, prototype and metrics must outlive
// it; it outlives every call.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/base/deadline.h"
#include "gateway/base/response_class.h"
#include "gateway/base/result.h"
#include "gateway/serving/request_headers.h"
#include "gateway/serving/rpc_response.h"
#include "gateway/serving/upstream_settings.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/telemetry/trace_context.h"
#include "gateway/transcoding/route_table.h"
#include "gateway/upstream/upstream_call.h"

namespace gateway {

class ServedMethod final : public ResponseClassifier {
 public:
  ServedMethod(const Route& route, const UpstreamSettings& settings,
               const google::protobuf::Message& prototype, Metrics& metrics);

  /// `/package.Service/Method`.
  [[nodiscard]] const std::string& grpc_path() const { return route_.grpc_path; }
  [[nodiscard]] const UpstreamSettings& settings() const { return settings_; }

  void CountStarted() const { metrics_.CallStarted(series_); }
  void CountHandled(grpc::StatusCode code, std::chrono::nanoseconds elapsed) const {
    metrics_.CallHandled(series_, code, elapsed);
  }

  void CountRefused(RefusalReason reason) const { metrics_.Refused(reason); }

  /// Shortly before the caller's deadline, so that the caller sees how the call has ended before it
  /// ends the call itself; capped at --timeout.
  [[nodiscard]] Deadline DeadlineOf(Deadline callers, Clock::time_point now) const;

  /// Fails with INVALID_ARGUMENT or UNAUTHENTICATED.
  [[nodiscard]] Result<UpstreamCallSpec> PrepareCall(const grpc::ByteBuffer& request,
                                                     const CallerMetadata& metadata,
                                                     const TraceContext& trace,
                                                     Deadline deadline) const;

  [[nodiscard]] RpcResponse MakeRpcResponse(UpstreamResult& result, bool deadline_passed) const {
    return gateway::MakeRpcResponse(result, route_, settings_, deadline_passed);
  }
  /// The response to a call that PrepareCall refuses.
  [[nodiscard]] RpcResponse MakeRefusal(const grpc::Status& status) const;
  /// The response to a call for which there is no room.
  [[nodiscard]] RpcResponse MakeRefusal(
      const grpc::Status& status, std::string_view reason,
      std::optional<std::chrono::nanoseconds> retry_after = std::nullopt) const {
    return Refusal(status, reason, route_, settings_, retry_after);
  }

  [[nodiscard]] ResponseClass Classify(HttpResponse& response) const override;
  [[nodiscard]] Resource ReadResource(HttpResponse& response) const override;
  [[nodiscard]] std::optional<std::string> FindMarked(HttpResponse& response,
                                                      const std::string& marker) const override;
  [[nodiscard]] bool IsCut(const HttpResponse& response) const override;

 private:
  /// Sets how the call finds out what became of it.
  [[nodiscard]] grpc::Status AddLookUp(const google::protobuf::Message& request,
                                       std::optional<std::string> marker,
                                       UpstreamCallSpec& spec) const;
  /// Puts our marker into a create's request; nothing where it is not to have one.
  std::optional<std::string> Mark(google::protobuf::Message& request) const;

  const Route& route_;
  const UpstreamSettings& settings_;
  const google::protobuf::Message& prototype_;
  Metrics& metrics_;
  const Metrics::Method series_;
  const JsonReadOptions json_;
};

}  // namespace gateway
