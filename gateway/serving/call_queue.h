// The completion queue that calls arrive at, the one thread that serves it, and its mailbox.
//
// One, because gRPC's polling threads hand each other every event: with more of them a call costs
// more. For the same reason nothing in this server may use gRPC's callback or synchronous API,
// whose threads poll too, and answers are sent from this thread only: gRPC would hand a write that
// meets the polling thread to a third one.
//
// Enqueue may be called by any thread while the server runs; the rest belongs to one thread.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <thread>

#include "gateway/base/mailbox.h"
#include "gateway/serving/completion_tag.h"
#include "gateway/serving/wait_group.h"

namespace gateway {

class CallQueue {
 public:
  /// Before the server is built.
  explicit CallQueue(grpc::ServerBuilder& builder) : queue_(builder.AddCompletionQueue()) {}
  ~CallQueue() { Stop(); }

  /// After the server is built.
  void Start();
  /// When the server has shut down. Returns when all that use the queue are gone.
  void Stop();

  /// The thread will let `tag` proceed (with true). Everything written before is seen there.
  void Enqueue(CompletionTag& tag);

  [[nodiscard]] grpc::ServerCompletionQueue& queue() { return *queue_; }
  /// Each that gives tags to the queue has a token of this, but calls: they are over by Stop.
  [[nodiscard]] WaitGroup& users() { return users_; }

 private:
  void OnMail(bool ok);

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  WaitGroup users_;
  std::thread thread_;
  Mailbox<CompletionTag*> mailbox_;
  /// Wakes the thread. Set when the mailbox gets its first tag, and due at once.
  grpc::Alarm wakeup_;
  MemberTag<CallQueue> mail_tag_{*this, &CallQueue::OnMail};
};

}  // namespace gateway
