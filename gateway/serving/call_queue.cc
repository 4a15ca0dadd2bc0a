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
  // gRPC's shutdown does not wait for streams that were cancelled to be finished.
  users_.WaitUntilNone();
  queue_->Shutdown();
  thread_.join();
}

void CallQueue::Post(CompletionTag& tag) {
  {
    const MutexLock lock(mutex_);
    mailbox_.push_back(&tag);
    if (mailbox_.size() > 1) return;
  }
  wakeup_.Set(queue_.get(), gpr_inf_past(GPR_CLOCK_REALTIME), &mail_tag_);
}

void CallQueue::OnMail(bool /*ok*/) {
  std::vector<CompletionTag*> tags;
  {
    const MutexLock lock(mutex_);
    tags.swap(mailbox_);
  }
  for (CompletionTag* tag : tags) tag->Proceed(true);
}

}  // namespace gateway
