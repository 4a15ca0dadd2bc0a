#include "gateway/serving/health_service.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include <optional>

namespace gateway {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

/// One check. Owns itself: deleted when its response is out, or when the server shuts down.
class HealthService::Check {
 public:
  explicit Check(HealthService& service) : token_(service.queue_->users()), service_(service) {
    auto& queue = service_.queue_->queue();
    service_.RequestCheck(&context_, &request_, &responder_, &queue, &queue, &begun_tag_);
  }

 private:
  void OnBegun(bool ok) {
    if (!ok) return OnFinished(ok);
    new Check(service_);
    HealthCheckResponse response;
    response.set_status(service_.StatusOf(request_.service()));
    if (response.status() == HealthCheckResponse::SERVICE_UNKNOWN) {
      responder_.FinishWithError({grpc::StatusCode::NOT_FOUND, "service name unknown"},
                                 &finished_tag_);
    } else {
      responder_.Finish(response, grpc::Status::OK, &finished_tag_);
    }
  }
  void OnFinished(bool /*ok*/) { delete this; }

  const WaitGroup::Token token_;
  HealthService& service_;
  grpc::ServerContext context_;
  HealthCheckRequest request_;
  grpc::ServerAsyncResponseWriter<HealthCheckResponse> responder_{&context_};
  MemberTag<Check> begun_tag_{*this, &Check::OnBegun};
  MemberTag<Check> finished_tag_{*this, &Check::OnFinished};
};

/// One stream of changes. Owns itself; ends when its caller, or the server's shutdown, cancels it.
class HealthService::Watch {
 public:
  explicit Watch(HealthService& service) : token_(service.queue_->users()), service_(service) {
    context_.AsyncNotifyWhenDone(&done_tag_);
    auto& queue = service_.queue_->queue();
    service_.RequestWatch(&context_, &request_, &writer_, &queue, &queue, &begun_tag_);
  }

  /// Sends the status, unless it was the last that was sent.
  void SendStatus() {
    const Status status = service_.StatusOf(request_.service());
    if (is_writing_ || is_done_ || sent_ == status) return;
    HealthCheckResponse response;
    response.set_status(status);
    sent_ = status;
    is_writing_ = true;
    writer_.Write(response, &written_tag_);
  }

 private:
  void OnBegun(bool ok) {
    // A stream that never began gets no done tag.
    if (!ok) return OnFinished(ok);
    new Watch(service_);
    service_.watches_.insert(this);
    SendStatus();
  }
  void OnWritten(bool ok) {
    is_writing_ = false;
    if (is_done_) return Finish();
    if (ok) SendStatus();  // It may have changed meanwhile.
  }
  void OnDone(bool /*ok*/) {
    is_done_ = true;
    if (!is_writing_) Finish();
  }
  void Finish() { writer_.Finish(grpc::Status::CANCELLED, &finished_tag_); }
  void OnFinished(bool /*ok*/) {
    service_.watches_.erase(this);
    delete this;
  }

  const WaitGroup::Token token_;
  HealthService& service_;
  grpc::ServerContext context_;
  HealthCheckRequest request_;
  grpc::ServerAsyncWriter<HealthCheckResponse> writer_{&context_};
  std::optional<Status> sent_;
  bool is_writing_ = false;
  bool is_done_ = false;
  MemberTag<Watch> begun_tag_{*this, &Watch::OnBegun};
  MemberTag<Watch> written_tag_{*this, &Watch::OnWritten};
  MemberTag<Watch> done_tag_{*this, &Watch::OnDone};
  MemberTag<Watch> finished_tag_{*this, &Watch::OnFinished};
};

void HealthService::Serve(CallQueue& queue) {
  queue_ = &queue;
  new Check(*this);
  new Watch(*this);
}

void HealthService::OnStop(bool /*ok*/) {
  serving_ = false;
  for (Watch* watch : watches_) watch->SendStatus();
}

HealthService::Status HealthService::StatusOf(const std::string& name) const {
  if (!names_.contains(name)) return HealthCheckResponse::SERVICE_UNKNOWN;
  return serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

}  // namespace gateway
