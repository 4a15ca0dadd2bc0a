// grpc.health.v1.Health, on the completion queue: gRPC's own brings threads that poll beside it.
//
// Every name serves until StopServing, which is for good; who watches is told. What is not named
// is unknown. Used by the queue's thread, but for StopServing, which any may call; must outlive the
// server.
#pragma once

#include <grpc/health/v1/health.grpc.pb.h>

#include <set>
#include <string>

#include "gateway/serving/call_queue.h"

namespace gateway {

class HealthService final : public grpc::health::v1::Health::AsyncService {
 public:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  explicit HealthService(std::set<std::string> names) : names_(std::move(names)) {}

  /// Takes up calls, from the server's start on.
  void Serve(CallQueue& queue);
  /// While the server runs.
  void StopServing() { queue_->Enqueue(stop_tag_); }

 private:
  class Check;
  class Watch;

  void OnStop(bool ok);
  /// SERVICE_UNKNOWN for a name that is not there.
  [[nodiscard]] Status StatusOf(const std::string& name) const;

  const std::set<std::string> names_;
  CallQueue* queue_ = nullptr;
  bool serving_ = true;
  std::set<Watch*> watches_;
  MemberTag<HealthService> stop_tag_{*this, &HealthService::OnStop};
};

}  // namespace gateway
