#include "gateway/serving/rpc_response.h"

#include <fmt/format.h>

#include "gateway/base/header_policy.h"
#include "gateway/transcoding/error_body.h"
#include "gateway/transcoding/status_mapping.h"

namespace gateway {
namespace {

using grpc::StatusCode;

/// Everything that the translation of one outcome looks at.
struct Translation {
  UpstreamResult& outcome;
  const Route& route;
  const UpstreamSettings& service;
  const JsonReadOptions& json;

  [[nodiscard]] HttpResponse* answer() const {
    return outcome.result ? std::get_if<HttpResponse>(&outcome.result->value) : nullptr;
  }
  [[nodiscard]] FailureContext failure() const {
    return {service.error_domain, service.request_id_header, outcome.attempts, outcome.retry_after};
  }
  [[nodiscard]] grpc::Status Rule(
      StatusCode code, std::string_view reason, const std::string& message,
      const std::vector<std::pair<std::string, std::string>>& metadata = {}) const {
    return StatusOfRule(code, reason, message, metadata, answer(), failure());
  }

  /// Of the resource, or of a 2xx answer.
  void ReadMessage(HttpResponse& response, RpcResponse& reply) const {
    auto message = route.response.ReadAndFree(response, json);
    if (message) {
      reply.message = *std::move(message);
    } else {
      reply.status = StatusOfRule(message.error().error_code(), "GATEWAY_INVALID_RESPONSE",
                                  message.error().error_message(), {}, &response, failure());
    }
  }

  void ReadAnswer(RpcResponse& reply) const {
    if (!outcome.result) {
      reply.status = Rule(StatusCode::INTERNAL, "GATEWAY_INTERNAL", "no attempt has ended");
    } else if (const TransportError* error = outcome.result->error()) {
      reply.status = StatusOfTransport(*error, failure());
    } else if (const int http = answer()->status; CodeForHttpStatus(http) == StatusCode::OK) {
      ReadMessage(*answer(), reply);
    } else {
      reply.status = StatusOfResponse(*answer(), failure());
    }
  }

  /// The resource is in a final state that this call has not brought about.
  [[nodiscard]] grpc::Status Reconciled(bool done) const {
    const ReconcileRule& rule = *route.reconcile;
    const std::string state = rule.Read(*outcome.resource, route.response).name;
    const std::string& field = rule.field_name();
    const std::string message = done ? fmt::format("{} was {} before this call", field, state)
                                     : fmt::format("{} is {}: {} is no longer possible", field,
                                                   state, route.method->name());
    return Rule(StatusCode::FAILED_PRECONDITION, done ? rule.done_reason() : rule.finished_reason(),
                message, {{field, state}});
  }

  void Translate(bool deadline_passed, RpcResponse& reply) const {
    switch (outcome.conclusion) {
      case Conclusion::kLastAttempt:
        return ReadAnswer(reply);
      case Conclusion::kConfirmed:
        return ReadMessage(*outcome.resource, reply);
      case Conclusion::kDeletedBefore:
        return;  // OK, and every field has its default.
      case Conclusion::kAlreadyDone:
        reply.status = Reconciled(true);
        return;
      case Conclusion::kFinished:
        reply.status = Reconciled(false);
        return;
      case Conclusion::kCancelled:
        if (!deadline_passed) {
          reply.status =
              Rule(StatusCode::CANCELLED, "GATEWAY_CANCELLED", "cancelled by the caller");
          return;
        }
        [[fallthrough]];
      case Conclusion::kDeadlineExceeded:
        reply.status = Rule(StatusCode::DEADLINE_EXCEEDED, "GATEWAY_DEADLINE_EXCEEDED",
                            "the call's deadline has passed");
        return;
    }
  }
};

void AddMetadata(std::string_view name, std::string_view value, Headers& metadata) {
  if (auto checked = ToMetadata(name, value)) metadata.push_back(*std::move(checked));
}

void AddPushback(std::optional<std::chrono::nanoseconds> wait, RpcResponse& reply) {
  if (!wait || reply.status.ok()) return;
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
  AddMetadata("grpc-retry-pushback-ms", std::to_string(milliseconds), reply.trailing_metadata);
}

std::string RequestIdOf(const HttpResponse& answer, const UpstreamSettings& service) {
  const bool success = CodeForHttpStatus(answer.status) == StatusCode::OK;
  return RequestId(answer, service.request_id_header,
                   success ? "" : ReadErrorBody(answer.body).request_id);
}

void Describe(const HttpResponse& answer, const UpstreamSettings& service, RpcResponse& reply) {
  reply.http_status = answer.status;
  reply.request_id = RequestIdOf(answer, service);
  for (const std::string& name : service.returned_headers) {
    const std::string* value = FindHeader(answer.headers, name);
    if (value != nullptr) AddMetadata(name, *value, reply.initial_metadata);
  }
}

}  // namespace

RpcResponse MakeRpcResponse(UpstreamResult& outcome, const Route& route,
                            const UpstreamSettings& service, const JsonReadOptions& json,
                            bool deadline_passed) {
  const Translation translation{outcome, route, service, json};
  RpcResponse reply;
  reply.attempts = outcome.attempts;
  reply.upstream_time = outcome.upstream_time;
  translation.Translate(deadline_passed, reply);
  if (const HttpResponse* answer = translation.answer()) {
    Describe(*answer, service, reply);
  } else if (outcome.resource) {
    Describe(*outcome.resource, service, reply);
  }
  if (outcome.attempts > 0) {
    AddMetadata("x-gateway-attempts", std::to_string(outcome.attempts), reply.trailing_metadata);
  }
  AddPushback(outcome.retry_after, reply);
  return reply;
}

RpcResponse Refusal(const grpc::Status& status, std::string_view reason,
                    const UpstreamSettings& service,
                    std::optional<std::chrono::nanoseconds> retry_after) {
  RpcResponse reply;
  reply.status = WithErrorInfo(status, reason,
                               {service.error_domain, service.request_id_header, 0, retry_after});
  AddPushback(retry_after, reply);
  return reply;
}

}  // namespace gateway
