// A value that is replaced as a whole while others read it.
//
// Thread-safe. A reader keeps the value that it has loaded, whatever is stored later.
#pragma once

#include <absl/base/thread_annotations.h>

#include <memory>
#include <utility>

#include "gateway/base/mutex.h"

namespace gateway {

template <class T>
class AtomicValue {
 public:
  explicit AtomicValue(T value = {}) : value_(std::make_shared<const T>(std::move(value))) {}

  /// The current value, shared with its other readers.
  [[nodiscard]] std::shared_ptr<const T> Load() const {
    const MutexLock lock(&mutex_);
    return value_;
  }

  void Store(T value) {
    auto replaced = std::make_shared<const T>(std::move(value));
    {
      const MutexLock lock(&mutex_);
      value_.swap(replaced);
    }
    // The old value is destroyed here, outside of the lock.
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const T> value_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway
