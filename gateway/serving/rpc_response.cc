#include "gateway/serving/rpc_response.h"

#include <fmt/format.h>

#include "gateway/base/header_policy.h"
#include "gateway/transcoding/status_mapping.h"

namespace gateway {
namespace {

using grpc::StatusCode;

/// What errors say of it: nothing for methods that cannot do anything.
std::optional<Outcome> OutcomeFor(const Route& route, Outcome outcome) {
  const bool harmless = route.idempotency == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
  return harmless ? std::nullopt : std::optional(outcome);
}

/// Everything that the translation of one result looks at.
struct Translation {
  UpstreamResult& result;
  const Route& route;
  const UpstreamSettings& settings;

  [[nodiscard]] FailureContext failure() const {
    return {.error_domain = settings.error_domain,
            .request_id_header = settings.request_id_header,
            .attempts = result.attempts,
            .retry_after = result.retry_after,
            .outcome = OutcomeFor(route, result.outcome),
            .marker = result.marker};
  }
  [[nodiscard]] grpc::Status Rule(
      StatusCode code, std::string_view reason, const std::string& message,
      const std::vector<std::pair<std::string, std::string>>& metadata = {}) const {
    return StatusOfRule(code, reason, message, metadata, result.response(),
                        result.response_class.error_body, failure());
  }

  void TakeMessage(RpcResponse& rpc) const {
    Result<std::string>& message = result.response_class.message;
    if (message) {
      rpc.message = *std::move(message);
    } else {
      rpc.status = Rule(message.error().error_code(), "GATEWAY_INVALID_RESPONSE",
                        message.error().error_message());
    }
  }

  void TakeLastAttempt(RpcResponse& rpc) const {
    if (!result.result) {
      rpc.status = Rule(StatusCode::INTERNAL, "GATEWAY_INTERNAL", "no attempt has ended");
    } else if (const TransportError* error = result.result->error()) {
      rpc.status = StatusOfTransport(*error, failure());
    } else if (result.response_class.success) {
      TakeMessage(rpc);
    } else {
      rpc.status =
          StatusOfResponse(*result.response(), result.response_class.error_body, failure());
    }
  }

  /// The resource is in a final state that this call has not brought about.
  [[nodiscard]] grpc::Status Reconciled(bool done) const {
    const ReconcileRule& rule = *route.reconcile;
    const std::string& state = result.resource.state_name;
    const std::string field = rule.field_name();
    const std::string message = done ? fmt::format("{} was {} before this call", field, state)
                                     : fmt::format("{} is {}: {} is no longer possible", field,
                                                   state, route.method->name());
    return Rule(StatusCode::FAILED_PRECONDITION, done ? rule.done_reason() : rule.finished_reason(),
                message, {{field, state}});
  }

  void Translate(bool deadline_passed, RpcResponse& rpc) const {
    switch (result.conclusion) {
      case Conclusion::kLastAttempt:
        return TakeLastAttempt(rpc);
      case Conclusion::kConfirmed:
      case Conclusion::kFound:
        rpc.message = std::move(result.resource.message);
        return;
      case Conclusion::kDeletedBefore:
        return;  // OK, and every field has its default.
      case Conclusion::kAlreadyDone:
        rpc.status = Reconciled(true);
        return;
      case Conclusion::kFinished:
        rpc.status = Reconciled(false);
        return;
      case Conclusion::kDraining:
        rpc.status =
            Rule(StatusCode::UNAVAILABLE, "GATEWAY_DRAINING", "the gateway is shutting down");
        return;
      case Conclusion::kCancelled:
        if (!deadline_passed) {
          rpc.status = Rule(StatusCode::CANCELLED, "GATEWAY_CANCELLED", "cancelled by the caller");
          return;
        }
        [[fallthrough]];
      case Conclusion::kDeadlineExceeded:
        rpc.status = Rule(StatusCode::DEADLINE_EXCEEDED, "GATEWAY_DEADLINE_EXCEEDED",
                          "the call has run out of time");
        return;
    }
  }
};

void AddMetadata(std::string_view name, std::string_view value, Headers& metadata) {
  if (auto checked = ToMetadata(name, value)) metadata.push_back(*std::move(checked));
}

void AddPushback(std::optional<std::chrono::nanoseconds> wait, RpcResponse& rpc) {
  if (!wait || rpc.status.ok()) return;
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
  AddMetadata("grpc-retry-pushback-ms", std::to_string(milliseconds), rpc.trailing_metadata);
}

void Describe(const HttpResponse& response, const ErrorBody& body, const UpstreamSettings& settings,
              RpcResponse& rpc) {
  rpc.http_status = response.status;
  rpc.request_id = RequestIdOf(response, body, settings.request_id_header);
  for (const std::string& name : settings.returned_headers) {
    const std::string* value = FindHeader(response.headers, name);
    if (value != nullptr) AddMetadata(name, *value, rpc.initial_metadata);
  }
}

}  // namespace

RpcResponse MakeRpcResponse(UpstreamResult& result, const Route& route,
                            const UpstreamSettings& settings, bool deadline_passed) {
  RpcResponse rpc;
  rpc.attempts = result.attempts;
  rpc.upstream_time = result.upstream_time;
  Translation{result, route, settings}.Translate(deadline_passed, rpc);
  if (const HttpResponse* response = result.response()) {
    Describe(*response, result.response_class.error_body, settings, rpc);
  } else if (result.resource_response) {
    Describe(*result.resource_response, {}, settings, rpc);
  }
  if (result.attempts > 0) {
    AddMetadata("x-gateway-attempts", std::to_string(result.attempts), rpc.trailing_metadata);
  }
  AddPushback(result.retry_after, rpc);
  return rpc;
}

RpcResponse Refusal(const grpc::Status& status, std::string_view reason, const Route& route,
                    const UpstreamSettings& settings,
                    std::optional<std::chrono::nanoseconds> retry_after) {
  RpcResponse rpc;
  rpc.status = WithErrorInfo(status, reason,
                             {.error_domain = settings.error_domain,
                              .request_id_header = settings.request_id_header,
                              .attempts = 0,
                              .retry_after = retry_after,
                              .outcome = OutcomeFor(route, Outcome::kNone)});
  AddPushback(retry_after, rpc);
  return rpc;
}

}  // namespace gateway
