#include "gateway/serving/call.h"

#include <string>
#include <utility>

#include "gateway/base/tsan_annotations.h"
#include "gateway/serving/metadata_limit.h"
#include "gateway/telemetry/access_log.h"

namespace gateway {
namespace {

/// The string becomes the buffer's slice: large messages are not copied.
grpc::ByteBuffer ToByteBuffer(std::string bytes) {
  auto* owned = new std::string(std::move(bytes));
  const auto release = [](void* string) {
    TsanAcquire(string);
    delete static_cast<std::string*>(string);
  };
  const grpc::Slice slice(owned->data(), owned->size(), release, owned);
  TsanRelease(owned);
  return {&slice, 1};
}

}  // namespace

Call::Call(const CallSource& source) : token_(source.calls), source_(source) {
  context_.AsyncNotifyWhenDone(&done_tag_);
  source_.service.RequestCall(source_.method, &context_, &request_, &responder_,
                              source_.queue.queue(), &request_tag_);
}

Call::~Call() {
  if (admitted_) source_.admission.Leave();
}

void Call::OnRequest(bool ok) {
  if (!ok) {
    // The server shuts down. A call that has not begun gets no done tag.
    delete this;
    return;
  }
  Await(source_);
  tags_out_ = 2;  // done and finished
  Begin();
}

void Call::Begin() {
  const ServedMethod& method = source_.served_method;
  begun_ = Clock::now();
  method.CountStarted();
  const CallerMetadata& metadata = context_.client_metadata();
  trace_ = TraceContext::FromCaller(FindMetadata(metadata, "traceparent"));
  deadline_ = method.DeadlineOf(
      Deadline::FromWallClock(context_.deadline(), std::chrono::system_clock::now(), begun_),
      begun_);
  request_bytes_ = request_.Length();
  admitted_ = source_.admission.Enter();
  if (!admitted_) {
    method.CountRefused(RefusalReason::kInFlight);
    rpc_response_ = method.MakeRefusal(
        grpc::Status(grpc::StatusCode::UNAVAILABLE, std::string(Admission::kRefusal)),
        Admission::kReason, Admission::kWait);
    return Finish();
  }
  if (BytesOf(metadata) > kMaxMetadataBytes) {
    method.CountRefused(RefusalReason::kMetadata);
    rpc_response_ = method.MakeRefusal(
        grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "the call's metadata exceeds 32 KiB"),
        "GATEWAY_METADATA_TOO_LARGE");
    return Finish();
  }
  auto spec = method.PrepareCall(request_, metadata, trace_, deadline_);
  request_.Clear();
  if (!spec) {
    rpc_response_ = method.MakeRefusal(spec.error());
    return Finish();
  }
  upstream_call_ = source_.upstream.Start(*std::move(spec), [this](UpstreamResult result) {
    rpc_response_ =
        source_.served_method.MakeRpcResponse(result, deadline_.HasPassed(Clock::now()));
    source_.queue.Enqueue(responded_tag_);
  });
}

void Call::OnResponded(bool /*ok*/) { Finish(); }

// The one completion of a call.
void Call::Finish() {
  for (const Header& entry : rpc_response_.initial_metadata) {
    context_.AddInitialMetadata(entry.name, entry.value);
  }
  for (const Header& entry : rpc_response_.trailing_metadata) {
    context_.AddTrailingMetadata(entry.name, entry.value);
  }
  response_bytes_ = rpc_response_.message.size();
  const grpc::ByteBuffer message = ToByteBuffer(std::exchange(rpc_response_.message, {}));
  responder_.Finish(message, rpc_response_.status, &finished_tag_);
}

void Call::OnDone(bool /*ok*/) {
  if (upstream_call_ && context_.IsCancelled()) source_.upstream.Cancel(*upstream_call_);
  Release();
}

void Call::OnFinished(bool /*ok*/) { Release(); }

void Call::Release() {
  if (--tags_out_ > 0) return;
  const Clock::duration duration = Clock::now() - begun_;
  source_.served_method.CountHandled(rpc_response_.status.error_code(), duration);
  const std::string peer = context_.peer();
  LogCall({.method = source_.served_method.grpc_path(),
           .code = rpc_response_.status.error_code(),
           .http_status = rpc_response_.http_status,
           .attempts = rpc_response_.attempts,
           .duration = duration,
           .upstream_time = rpc_response_.upstream_time,
           .request_bytes = request_bytes_,
           .response_bytes = response_bytes_,
           .request_id = rpc_response_.request_id,
           .trace_id = trace_.trace_id(),
           .peer = peer});
  delete this;
}

}  // namespace gateway
