#include "gateway/serving/call_queue.h"

#include <pthread.h>

namespace gateway {

void CallQueue::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "calls");
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) static_cast<CompletionTag*>(tag)->Proceed(ok);
  });
}

void CallQueue::Stop() {
  // Without a thread there are no users: the server has not started.
  if (!thread_.joinable()) return;
  // gRPC's shutdown does not wait until cancelled streams are finished.
  users_.Wait();
  queue_->Shutdown();
  thread_.join();
}

void CallQueue::Enqueue(CompletionTag& tag) {
  if (!mailbox_.Put(&tag)) return;
  wakeup_.Set(queue_.get(), gpr_inf_past(GPR_CLOCK_REALTIME), &mail_tag_);
}

void CallQueue::OnMail(bool /*ok*/) {
  for (CompletionTag* tag : mailbox_.TakeAll()) tag->Proceed(true);
}

}  // namespace gateway
