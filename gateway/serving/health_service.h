// grpc.health.v1.Health, on the completion queue: gRPC's own service brings threads that poll
// beside it.
//
// Every name is SERVING until StopServing, which is for good; watches get the new status. Other
// names are unknown. Not thread-safe; used on the queue's thread only, except StopServing, which
// any thread may call. Must outlive the server.
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

  /// Serves calls from the server's start on.
  void Serve(CallQueue& queue);
  /// While the server runs.
  void StopServing() { queue_->Enqueue(stop_tag_); }

 private:
  class Check;
  class Watch;

  void OnStop(bool ok);
  /// SERVICE_UNKNOWN for a name that was not given.
  [[nodiscard]] Status StatusOf(const std::string& name) const;

  const std::set<std::string> names_;
  CallQueue* queue_ = nullptr;
  bool serving_ = true;
  std::set<Watch*> watches_;
  MemberTag<HealthService> stop_tag_{*this, &HealthService::OnStop};
};

}  // namespace gateway
