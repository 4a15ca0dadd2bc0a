#include "gateway/serving/served_method.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <iterator>
#include <memory>
#include <utility>

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

ServedMethod::ServedMethod(const Route& route, const UpstreamSettings& settings,
                           const google::protobuf::Message& prototype, Metrics& metrics)
    : route_(route),
      settings_(settings),
      prototype_(prototype),
      metrics_(metrics),
      series_(metrics.AddMethod(route.method->service()->full_name(), route.method->name())),
      json_{.unknown = JsonReadOptions::Unknown::kSkip,
            .on_unknown_enum = [&metrics](const google::protobuf::EnumDescriptor& type) {
              metrics.UnknownEnumValue(type.full_name());
            }} {}

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
  auto headers = settings_.request_headers.For(metadata, trace);
  if (!headers) return tl::unexpected(headers.error());
  auto own = route_.request.Bind(*message);
  if (!own) return tl::unexpected(own.error());

  UpstreamCallSpec spec;
  spec.request = std::make_shared<const HttpRequest>(
      Completed(*std::move(own), settings_.base_url, *std::move(headers)));
  spec.deadline = deadline;
  spec.retry_safety = RetrySafetyOf(route_.idempotency);
  spec.classifier = this;
  spec.budget = settings_.budget;
  if (route_.reconcile) {
    auto get = route_.reconcile->Bind(*message);
    if (!get) return tl::unexpected(get.error());
    spec.reconcile_url = settings_.base_url + get->url;
  }
  return spec;
}

RpcResponse ServedMethod::MakeRefusal(const grpc::Status& status) const {
  const bool unauthenticated = status.error_code() == grpc::StatusCode::UNAUTHENTICATED;
  return Refusal(status, unauthenticated ? "GATEWAY_UNAUTHENTICATED" : "GATEWAY_INVALID_REQUEST",
                 settings_);
}

ResponseClass ServedMethod::Classify(HttpResponse& response) const {
  if (!IsSuccess(response.status)) {
    return ClassifyErrorResponse(response, std::chrono::system_clock::now());
  }
  return {.success = true,
          .retry_after = {},
          .error_body = {},
          .message = route_.response.ReadAndFree(response, json_)};
}

Resource ServedMethod::ReadResource(HttpResponse& response) const {
  return route_.reconcile ? route_.reconcile->Read(response, route_.response, json_) : Resource();
}

}  // namespace gateway
