// For the thread sanitizer: an object goes from one thread to another through gRPC, which
// synchronises both but is not instrumented. In other builds these functions do nothing.
#pragma once

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GATEWAY_THREAD_SANITIZER
#endif
#endif

#ifdef GATEWAY_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace gateway {

/// All that this thread has written so far is seen by the thread that calls TsanAcquire of
/// `object`.
inline void TsanRelease([[maybe_unused]] void* object) {
#ifdef GATEWAY_THREAD_SANITIZER
  __tsan_release(object);
#endif
}

inline void TsanAcquire([[maybe_unused]] void* object) {
#ifdef GATEWAY_THREAD_SANITIZER
  __tsan_acquire(object);
#endif
}

}  // namespace gateway
