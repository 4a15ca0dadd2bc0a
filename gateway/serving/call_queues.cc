#include "gateway/serving/call_queues.h"

#include <algorithm>

namespace gateway {
namespace {

// A thread carries some 30,000 calls a second: more than two would take the loops' cores.
constexpr unsigned kMaxQueues = 2;
// Calls that are taken up without waiting for their queue's thread. A burst beyond them waits in
// gRPC.
constexpr int kWaitingCallsPerMethod = 8;

}  // namespace

CallQueues::CallQueues(grpc::ServerBuilder& builder) {
  const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1U, kMaxQueues);
  for (unsigned i = 0; i < count; ++i) queues_.push_back(builder.AddCompletionQueue());
}

CallQueues::~CallQueues() { Stop(); }

void CallQueues::Serve(const std::vector<std::unique_ptr<const Endpoint>>& endpoints,
                       TranscodingService& service, Admission& admission, Upstream& upstream) {
  for (const auto& queue : queues_) {
    int method = 0;
    for (const auto& endpoint : endpoints) {
      const CallSource& source = sources_.emplace_back(
          CallSource{*endpoint, service, method++, *queue, admission, upstream});
      for (int i = 0; i < kWaitingCallsPerMethod; ++i) Call::Await(source);
    }
  }
}

void CallQueues::Start() {
  for (const auto& queue : queues_) {
    threads_.emplace_back([&queue = *queue] {
      void* tag = nullptr;
      bool ok = false;
      while (queue.Next(&tag, &ok)) static_cast<CompletionTag*>(tag)->Proceed(ok);
    });
  }
}

void CallQueues::Stop() {
  // A queue without a thread has no calls: its server has not started.
  if (!threads_.empty()) {
    for (const auto& queue : queues_) queue->Shutdown();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  queues_.clear();
}

}  // namespace gateway
