// std::mutex with the annotations that let clang's -Wthread-safety prove who holds what.
// Other compilers see plain standard types.
#pragma once

#include <mutex>

#if defined(__clang__)
#define GATEWAY_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define GATEWAY_THREAD_ANNOTATION(x)
#endif

// Abseil, which gRPC's headers bring along, may have defined the same already.
#ifndef GUARDED_BY
/// The member may be touched only while the mutex is held.
#define GUARDED_BY(x) GATEWAY_THREAD_ANNOTATION(guarded_by(x))
#endif
#ifndef REQUIRES
/// The caller must hold the mutex.
#define REQUIRES(...) GATEWAY_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#endif

namespace gateway {

class GATEWAY_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() GATEWAY_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() GATEWAY_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class GATEWAY_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) GATEWAY_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() GATEWAY_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace gateway
