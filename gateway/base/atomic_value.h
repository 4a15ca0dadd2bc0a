// A value that is replaced as a whole while others read it. Thread-safe: who has got a value keeps
// it, whatever is set later.
#pragma once

#include <memory>
#include <utility>

#include "gateway/base/mutex.h"

namespace gateway {

template <class T>
class AtomicValue {
 public:
  explicit AtomicValue(T value = {}) : value_(std::make_shared<const T>(std::move(value))) {}

  /// Shared with those who still use it when the next one is set.
  [[nodiscard]] std::shared_ptr<const T> Get() const {
    const MutexLock lock(mutex_);
    return value_;
  }

  void Set(T value) {
    // What it replaces is destroyed after the lock is.
    auto made = std::make_shared<const T>(std::move(value));
    const MutexLock lock(mutex_);
    value_.swap(made);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const T> value_ GUARDED_BY(mutex_);
};

}  // namespace gateway
