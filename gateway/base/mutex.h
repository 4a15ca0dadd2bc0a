// Abseil's mutex, with what the thread sanitizer must know of it: Debian's Abseil is not
// instrumented. Clang's -Wthread-safety checks who holds what.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include "gateway/base/tsan_annotations.h"

namespace gateway {

// Abseil of 2026 deprecates these names for lower-case ones, which that of Debian 12 and 13 lacks.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    mutex_.Lock();
    TsanAcquire(this);
  }
  void Unlock() ABSL_UNLOCK_FUNCTION() {
    TsanRelease(this);
    mutex_.Unlock();
  }
  void ReaderLock() ABSL_SHARED_LOCK_FUNCTION() {
    mutex_.ReaderLock();
    TsanAcquire(this);
  }
  void ReaderUnlock() ABSL_UNLOCK_FUNCTION() {
    TsanRelease(this);
    mutex_.ReaderUnlock();
  }
  /// Lets others have the mutex until `condition` holds or the time is over; whether it holds. A
  /// function of the condition must not be instrumented: it may run before this returns.
  bool AwaitWithTimeout(const absl::Condition& condition, absl::Duration time)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    TsanRelease(this);
    const bool holds = mutex_.AwaitWithTimeout(condition, time);
    TsanAcquire(this);
    return holds;
  }

 private:
  absl::Mutex mutex_;
};
#pragma GCC diagnostic pop

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(*mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class ABSL_SCOPED_LOCKABLE ReaderMutexLock {
 public:
  explicit ReaderMutexLock(Mutex* mutex) ABSL_SHARED_LOCK_FUNCTION(mutex) : mutex_(*mutex) {
    mutex_.ReaderLock();
  }
  ~ReaderMutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.ReaderUnlock(); }
  ReaderMutexLock(const ReaderMutexLock&) = delete;
  ReaderMutexLock& operator=(const ReaderMutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace gateway
