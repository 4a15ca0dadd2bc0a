// gRPC server reflection, v1 and v1alpha, over the pool that the gateway serves from (gRPC's own
// plugin has v1alpha only, and reads the generated pool, which knows none of the served API).
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

#include "gateway/serving/call_queue.h"

namespace gateway {

/// One version of it, on the completion queue.
class ReflectionService {
 public:
  virtual ~ReflectionService() = default;
  virtual grpc::Service& service() = 0;
  /// Takes up streams, from the server's start on. The queue's thread serves them.
  virtual void Serve(CallQueue& queue) = 0;
};

/// Both versions. They list `services`, health and themselves. The pool must outlive them, and they
/// the server.
std::vector<std::unique_ptr<ReflectionService>> MakeReflectionServices(
    const google::protobuf::DescriptorPool& pool, std::vector<std::string> services);

}  // namespace gateway
