// gRPC server reflection, v1 and v1alpha, over the pool that the gateway serves from. (gRPC's own
// plugin has v1alpha only, and reads the generated pool, which lacks the served API.)
//
// Not thread-safe; used on the queue's thread only.
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

#include "gateway/serving/call_queue.h"

namespace gateway {

/// One version of reflection, on the completion queue.
class ReflectionService {
 public:
  virtual ~ReflectionService() = default;
  virtual grpc::Service& service() = 0;
  /// Serves streams from the server's start on, on the queue's thread.
  virtual void Serve(CallQueue& queue) = 0;
};

/// Both versions. They list `services`, health and themselves. The pool must outlive them, and they
/// must outlive the server.
std::vector<std::unique_ptr<ReflectionService>> MakeReflectionServices(
    const google::protobuf::DescriptorPool& pool, std::vector<std::string> services);

}  // namespace gateway
