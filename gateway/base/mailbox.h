// What other threads leave for one that serves it. Thread-safe.
#pragma once

#include <utility>
#include <vector>

#include "gateway/base/mutex.h"

namespace gateway {

template <class Item>
class Mailbox {
 public:
  /// True if it was empty: then its thread must be woken, once for all that come before it looks.
  [[nodiscard]] bool Put(Item item) {
    const MutexLock lock(mutex_);
    items_.push_back(std::move(item));
    return items_.size() == 1;
  }

  /// Empties it. In the order they came.
  [[nodiscard]] std::vector<Item> TakeAll() {
    const MutexLock lock(mutex_);
    return std::exchange(items_, {});
  }

 private:
  Mutex mutex_;
  std::vector<Item> items_ GUARDED_BY(mutex_);
};

}  // namespace gateway
