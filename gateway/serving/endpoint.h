// One served method, compiled: a request message in, an order for the upstream out; what its
// answers mean; and the reply to the caller.
//
// Const and thread-safe after construction. Route, settings, prototype and telemetry must outlive
// it; it outlives every call.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/base/deadline.h"
#include "gateway/base/result.h"
#include "gateway/serving/reply.h"
#include "gateway/serving/request_headers.h"
#include "gateway/serving/service_settings.h"
#include "gateway/telemetry/telemetry.h"
#include "gateway/telemetry/trace_context.h"
#include "gateway/transcoding/route_table.h"
#include "gateway/upstream/upstream_call.h"

namespace gateway {

class Endpoint final : public AnswerReader {
 public:
  Endpoint(const Route& route, const ServiceSettings& service,
           const google::protobuf::Message& prototype, Telemetry& telemetry);

  /// `/package.Service/Method`.
  [[nodiscard]] const std::string& grpc_path() const { return route_.grpc_path; }
  [[nodiscard]] const ServiceSettings& service() const { return service_; }

  void CountStarted() const { telemetry_.CallStarted(metrics_); }
  void CountHandled(grpc::StatusCode code, std::chrono::nanoseconds elapsed) const {
    telemetry_.CallHandled(metrics_, code, elapsed);
  }

  /// The call's deadline is the caller's, capped at --timeout.
  [[nodiscard]] Deadline DeadlineOf(Deadline callers, Clock::time_point now) const {
    return callers.CappedAt(now, service_.timeout);
  }

  /// Fails with INVALID_ARGUMENT or UNAUTHENTICATED.
  [[nodiscard]] Result<UpstreamOrder> MakeOrder(const grpc::ByteBuffer& request,
                                                const CallerMetadata& metadata,
                                                const TraceContext& trace, Deadline deadline) const;

  [[nodiscard]] Reply ReplyTo(UpstreamOutcome& outcome, bool deadline_passed) const {
    return gateway::ReplyTo(outcome, route_, service_, json_, deadline_passed);
  }
  /// The reply to an error of MakeOrder.
  [[nodiscard]] Reply RefusalOf(const grpc::Status& status) const;

  [[nodiscard]] Verdict Judge(const HttpResponse& answer) const override;
  [[nodiscard]] ResourceState StateOf(const HttpResponse& answer) const override;

 private:
  const Route& route_;
  const ServiceSettings& service_;
  const google::protobuf::Message& prototype_;
  Telemetry& telemetry_;
  const Telemetry::Method metrics_;
  const JsonReadOptions json_;
};

}  // namespace gateway
