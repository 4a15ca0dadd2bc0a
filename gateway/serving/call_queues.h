// The completion queues that calls arrive at, with one thread each.
//
// Add before the server is built, Start after, Stop when the server has shut down and every call is
// deleted. Belongs to one thread.
#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/server_builder.h>

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "gateway/serving/call.h"

namespace gateway {

class CallQueues {
 public:
  explicit CallQueues(grpc::ServerBuilder& builder);
  ~CallQueues();

  /// Waits for calls of every method of `service`, on every queue.
  void Serve(const std::vector<std::unique_ptr<const Endpoint>>& endpoints,
             TranscodingService& service, Admission& admission, Upstream& upstream);
  void Start();
  void Stop();

 private:
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  /// Calls refer to them: they never move.
  std::deque<CallSource> sources_;
  std::vector<std::thread> threads_;
};

}  // namespace gateway
