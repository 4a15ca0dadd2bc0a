// What other threads leave for the one thread that serves the mailbox. Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>

#include <utility>
#include <vector>

#include "gateway/base/mutex.h"

namespace gateway {

template <class Item>
class Mailbox {
 public:
  /// True if the mailbox was empty: then its thread must be woken, once for all items that come
  /// before it looks.
  [[nodiscard]] bool Put(Item item) {
    const MutexLock lock(&mutex_);
    items_.push_back(std::move(item));
    return items_.size() == 1;
  }

  /// Empties the mailbox: its items, in the order they came.
  [[nodiscard]] std::vector<Item> TakeAll() {
    const MutexLock lock(&mutex_);
    return std::exchange(items_, {});
  }

 private:
  Mutex mutex_;
  std::vector<Item> items_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway
