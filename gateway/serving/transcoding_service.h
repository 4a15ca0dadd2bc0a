// A proto service that exists only at run time, as gRPC sees it: its methods take and give raw
// bytes. gRPC lists it and responds UNIMPLEMENTED for the methods that it lacks.
//
// The one file that uses grpc::internal. Filled on one thread before the server starts; RequestCall
// is thread-safe. Must outlive the server.
#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <vector>

#include "gateway/serving/served_method.h"

namespace gateway {

using RawResponder = grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>;

class TranscodingService final : public grpc::Service {
 public:
  /// One method for each served method, in their order. The methods must outlive this.
  explicit TranscodingService(const std::vector<std::unique_ptr<const ServedMethod>>& methods);

  /// Asks for the next call of a method: `tag` comes back when there is one, or not-ok when the
  /// server shuts down.
  void RequestCall(int method, grpc::ServerContext* context, grpc::ByteBuffer* request,
                   RawResponder* responder, grpc::ServerCompletionQueue& queue, void* tag) {
    RequestAsyncUnary(method, context, request, responder, &queue, &queue, tag);
  }
};

}  // namespace gateway
