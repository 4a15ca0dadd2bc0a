// The completion queue that calls arrive at, the one thread that serves it, and its mailbox.
//
// There is one queue, because gRPC's polling threads hand each other every event: with more of them
// a call costs more. Therefore nothing in this server may use gRPC's callback or synchronous API,
// whose threads poll too, and responses are sent from this thread only.
//
// Not thread-safe, except Enqueue, which any thread may call while the server runs.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <memory>
#include <thread>

#include "gateway/base/mailbox.h"

namespace gateway {

/// What the queue's thread does with a tag that has come back.
class CompletionTag {
 public:
  virtual ~CompletionTag() = default;
  /// `ok` as gRPC gives it: false if nothing more comes, or if there is nobody to send to.
  virtual void Proceed(bool ok) = 0;
};

/// Calls a member of its owner, which may delete itself and so the tag.
template <class Owner>
class MemberTag final : public CompletionTag {
 public:
  MemberTag(Owner& owner, void (Owner::*handler)(bool ok)) : owner_(owner), handler_(handler) {}
  void Proceed(bool ok) override { (owner_.*handler_)(ok); }

 private:
  Owner& owner_;
  void (Owner::* const handler_)(bool ok);
};

/// Counts objects that own themselves, for the thread that must outlive them. Thread-safe.
class WaitGroup {
 public:
  /// A member of each such object, declared first: counts the object as long as any part of it
  /// exists.
  class Token {
   public:
    explicit Token(WaitGroup& counter) : counter_(counter) { counter_.count_.fetch_add(1); }
    ~Token() {
      if (counter_.count_.fetch_sub(1) == 1) counter_.count_.notify_all();
    }
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;

   private:
    WaitGroup& counter_;
  };

  /// Returns when no object is left.
  void Wait() const {
    for (int count = count_.load(); count != 0; count = count_.load()) count_.wait(count);
  }

 private:
  std::atomic<int> count_{0};
};

class CallQueue {
 public:
  /// Before the server is built.
  explicit CallQueue(grpc::ServerBuilder& builder) : queue_(builder.AddCompletionQueue()) {}
  ~CallQueue() { Stop(); }

  /// After the server is built.
  void Start();
  /// After the server has shut down. Returns when all users of the queue are gone.
  void Stop();

  /// Lets `tag` proceed on the queue's thread, with true. What this thread has written before is
  /// seen there.
  void Enqueue(CompletionTag& tag);

  [[nodiscard]] grpc::ServerCompletionQueue& queue() { return *queue_; }
  /// Every object that gives tags to the queue holds a token of this, except calls: they are over
  /// by Stop.
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
