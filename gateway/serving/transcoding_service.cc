#include "gateway/serving/transcoding_service.h"

#include <grpcpp/impl/rpc_service_method.h>

namespace gateway {

TranscodingService::TranscodingService(
    const std::vector<std::unique_ptr<const ServedMethod>>& methods) {
  int index = 0;
  for (const auto& method : methods) {
    // The service owns the method; no handler means that the application asks for each call.
    AddMethod(new grpc::internal::RpcServiceMethod(method->grpc_path().c_str(),
                                                   grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRaw(index++);
  }
}

}  // namespace gateway
