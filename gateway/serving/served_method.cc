#include "gateway/serving/served_method.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <iterator>
#include <memory>
#include <utility>

#include "gateway/serving/unknown_enums.h"
#include "gateway/transcoding/status_mapping.h"

namespace gateway {
namespace {

using google::protobuf::MethodOptions;

RetrySafety RetrySafetyOf(MethodOptions::IdempotencyLevel level) {
  return level == MethodOptions::IDEMPOTENCY_UNKNOWN ? RetrySafety::kOnlyUnsent
                                                     : RetrySafety::kIdempotent;
}

/// A binding's request is relative, and has the headers of its body only.
HttpRequest Completed(HttpRequest request, const std::string& base_url, Headers headers) {
  request.url.insert(0, base_url);
  headers.insert(headers.end(), std::move_iterator(request.headers.begin()),
                 std::move_iterator(request.headers.end()));
  request.headers = std::move(headers);
  return request;
}

}  // namespace

ServedMethod::ServedMethod(const Route& route, const UpstreamSettings& service,
                           const google::protobuf::Message& prototype, Metrics& telemetry)
    : route_(route),
      service_(service),
      prototype_(prototype),
      telemetry_(telemetry),
      metrics_(telemetry.AddMethod(route.method->service()->full_name(), route.method->name())),
      json_{.unknown = JsonReadOptions::Unknown::kSkip,
            .on_unknown_enum =
                [&telemetry](const google::protobuf::EnumDescriptor& type) {
                  telemetry.UnknownEnumValue(type.full_name());
                  LogUnknownEnum(type);
                },
            .on_unknown_any = [&telemetry] { telemetry.AnyDropped(); }} {}

Result<UpstreamCallSpec> ServedMethod::PrepareCall(const grpc::ByteBuffer& request,
                                                   const CallerMetadata& metadata,
                                                   const TraceContext& trace,
                                                   Deadline deadline) const {
  const std::unique_ptr<google::protobuf::Message> message(prototype_.New());
  // The reader reads a buffer of its own: the slices are shared, not copied.
  grpc::ByteBuffer bytes(request);
  grpc::ProtoBufferReader reader(&bytes);
  if (!reader.status().ok() || !message->ParseFromZeroCopyStream(&reader)) {
    return Error(grpc::StatusCode::INVALID_ARGUMENT,
                 "the request is not a valid " + prototype_.GetDescriptor()->full_name());
  }
  auto headers = service_.request_headers.For(metadata, trace);
  if (!headers) return tl::unexpected(headers.error());
  auto own = route_.request.Bind(*message);
  if (!own) return tl::unexpected(own.error());

  UpstreamCallSpec order;
  order.request = std::make_shared<const HttpRequest>(
      Completed(*std::move(own), service_.base_url, *std::move(headers)));
  order.deadline = deadline;
  order.retry_safety = RetrySafetyOf(route_.idempotency);
  order.reader = this;
  order.budget = service_.budget;
  if (route_.reconcile) {
    auto get = route_.reconcile->Bind(*message);
    if (!get) return tl::unexpected(get.error());
    order.reconcile_url = service_.base_url + get->url;
  }
  return order;
}

RpcResponse ServedMethod::MakeRefusal(const grpc::Status& status) const {
  const bool unauthenticated = status.error_code() == grpc::StatusCode::UNAUTHENTICATED;
  return Refusal(status, unauthenticated ? "GATEWAY_UNAUTHENTICATED" : "GATEWAY_INVALID_REQUEST",
                 service_);
}

ResponseClass ServedMethod::Classify(const HttpResponse& answer) const {
  return ClassifyResponse(answer, std::chrono::system_clock::now());
}

ResourceState ServedMethod::StateOf(const HttpResponse& answer) const {
  return route_.reconcile ? route_.reconcile->Read(answer, route_.response).state
                          : ResourceState::kUnknown;
}

}  // namespace gateway
