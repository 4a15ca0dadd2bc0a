#include "gateway/serving/served_method.h"

#include <fmt/format.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <random>
#include <utility>

#include "gateway/base/ascii.h"
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

/// 128 random bits.
std::string NewMarker() {
  thread_local std::random_device device;
  std::string marker;
  for (int i = 0; i < 4; ++i) marker += fmt::format("{:08x}", device());
  return marker;
}

constexpr int kNoContent = 204;
constexpr int kResetContent = 205;

bool HasNoContent(int status) { return status == kNoContent || status == kResetContent; }

bool IsEmpty(const HttpResponse& response) {
  return HasNoContent(response.status) || Trimmed(response.body).empty();
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
            .on_unknown_enum =
                [&metrics](const google::protobuf::EnumDescriptor& type) {
                  metrics.UnknownEnumValue(type.full_name());
                },
            .on_unknown_any = [&metrics] { metrics.AnyDropped(); }} {}

Result<UpstreamCallSpec> ServedMethod::PrepareCall(const grpc::ByteBuffer& request,
                                                   const CallerMetadata& metadata,
                                                   const TraceContext& trace,
                                                   Deadline deadline) const {
  const std::unique_ptr<google::protobuf::Message> message(prototype_.New());
  // The reader reads a buffer of its own: the slices are shared, not copied.
  grpc::ByteBuffer bytes(request);
  grpc::ProtoBufferReader reader(&bytes);
  if (!reader.status().ok() || !message->ParseFromZeroCopyStream(&reader)) {
    return Error(
        grpc::StatusCode::INVALID_ARGUMENT,
        "the request is not a valid " + std::string(prototype_.GetDescriptor()->full_name()));
  }
  auto headers = settings_.request_headers.For(metadata, trace);
  if (!headers) return tl::unexpected(headers.error());
  std::optional<std::string> marker = Mark(*message);
  auto own = route_.request.Bind(*message);
  if (!own) return tl::unexpected(own.error());

  UpstreamCallSpec spec;
  spec.request = std::make_shared<const HttpRequest>(
      Completed(*std::move(own), settings_.base_url, *std::move(headers)));
  spec.deadline = deadline;
  spec.retry_safety = RetrySafetyOf(route_.idempotency);
  spec.classifier = this;
  spec.budget = settings_.budget;
  const grpc::Status look_up = AddLookUp(*message, std::move(marker), spec);
  if (!look_up.ok()) return tl::unexpected(look_up);
  return spec;
}

grpc::Status ServedMethod::AddLookUp(const google::protobuf::Message& request,
                                     std::optional<std::string> marker,
                                     UpstreamCallSpec& spec) const {
  if (route_.reconcile) {
    auto get = route_.reconcile->Bind(request);
    if (!get) return get.error();
    spec.look_up = LookUp::kRead;
    spec.look_up_url = settings_.base_url + get->url;
  } else if (marker) {
    spec.look_up = LookUp::kSearch;
    spec.look_up_url = settings_.base_url + route_.marker->list();
    spec.marker = *std::move(marker);
  }
  return grpc::Status::OK;
}

std::optional<std::string> ServedMethod::Mark(google::protobuf::Message& request) const {
  if (!route_.marker || settings_.create_marker.empty()) return std::nullopt;
  std::optional<std::string> marker =
      route_.marker->Mark(request, settings_.create_marker, NewMarker());
  if (!marker) metrics_.UnmarkedCreate();
  return marker;
}

RpcResponse ServedMethod::MakeRefusal(const grpc::Status& status) const {
  const bool unauthenticated = status.error_code() == grpc::StatusCode::UNAUTHENTICATED;
  return MakeRefusal(status,
                     unauthenticated ? "GATEWAY_UNAUTHENTICATED" : "GATEWAY_INVALID_REQUEST");
}

Deadline ServedMethod::DeadlineOf(Deadline callers, Clock::time_point now) const {
  constexpr Clock::duration kLongestMargin = std::chrono::milliseconds(20);
  constexpr int kShareOfTime = 50;
  if (const auto time = callers.Remaining(now)) {
    callers = Deadline::At(now + *time - std::min(kLongestMargin, *time / kShareOfTime));
  }
  return callers.CappedAt(now, settings_.timeout);
}

ResponseClass ServedMethod::Classify(HttpResponse& response) const {
  if (!IsSuccess(response.status)) {
    return ClassifyErrorResponse(response, std::chrono::system_clock::now());
  }
  ResponseClass response_class{.success = true, .retry_after = {}};
  // What became of the resource is looked up where that is possible.
  if (route_.reconcile && IsEmpty(response)) {
    response_class.message =
        Error(grpc::StatusCode::INTERNAL,
              "upstream answered " + std::to_string(response.status) + " without a body");
  } else {
    response_class.message = route_.response.ReadAndFree(response, json_);
  }
  return response_class;
}

Resource ServedMethod::ReadResource(HttpResponse& response) const {
  return route_.reconcile ? route_.reconcile->Read(response, route_.response, json_) : Resource();
}

std::optional<std::string> ServedMethod::FindMarked(HttpResponse& response,
                                                    const std::string& marker) const {
  std::optional<std::string> item = route_.marker->Find(response, settings_.create_marker, marker);
  if (!item) return std::nullopt;
  HttpResponse as_response{.status = response.status, .headers = {}, .body = *std::move(item)};
  Result<std::string> message = route_.response.ReadAndFree(as_response, json_);
  return message ? std::optional(*std::move(message)) : std::nullopt;
}

bool ServedMethod::IsCut(const HttpResponse& response) const {
  return response.may_be_cut && IsSuccess(response.status) && !HasNoContent(response.status) &&
         route_.method->output_type()->field_count() > 0;
}

}  // namespace gateway
