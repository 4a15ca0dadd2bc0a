// What an upstream's answer means for the call, told by the layer that reads bodies (transcoding)
// to the layer that repeats requests (upstream). Plain data.
#pragma once

#include <optional>

#include "gateway/base/deadline.h"

namespace gateway {

/// An answer to the call's own request.
struct ResponseClass {
  bool success = false;
  /// The answer maps to UNAVAILABLE after the body's own word on `retryable`.
  bool unavailable = false;
  /// HTTP 429.
  bool rate_limited = false;
  /// From Retry-After or X-RateLimit-Reset.
  std::optional<Clock::duration> retry_after;
};

/// The state of the resource that a reconciling GET has read.
enum class ResourceState {
  kUnknown,   ///< The GET failed, or shows no state that the rule names.
  kPending,   ///< The call may still succeed.
  kDone,      ///< What the call asks for is so.
  kFinished,  ///< The call can no longer succeed.
};

}  // namespace gateway
