#include "gateway/serving/transcoding_service.h"

#include <grpcpp/impl/rpc_service_method.h>

namespace gateway {

TranscodingService::TranscodingService(
    const std::vector<std::unique_ptr<const ServedMethod>>& endpoints) {
  int index = 0;
  for (const auto& endpoint : endpoints) {
    // The service owns the method; no handler means that the application asks for each call.
    AddMethod(new grpc::internal::RpcServiceMethod(endpoint->grpc_path().c_str(),
                                                   grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRaw(index++);
  }
}

}  // namespace gateway
