// How long a response asks callers to wait. The first of these headers with a valid value counts:
//
// - `retry-after-ms`: milliseconds.
// - `Retry-After`: seconds, fractions included, or an HTTP date.
// - `X-RateLimit-Reset`: seconds below 10^9, milliseconds since 1970 above 10^11, else Unix
// seconds.
// - `RateLimit-Reset`: seconds.
// - `RateLimit`: `"default";r=0;t=5` or `limit=10, remaining=0, reset=5`, seconds.
//
// A pure function.
#pragma once

#include <chrono>
#include <optional>

#include "gateway/base/http_message.h"

namespace gateway {

/// More than zero, at most one day. A time that has passed says nothing on how long to wait.
std::optional<std::chrono::nanoseconds> RetryAfter(const Headers& headers,
                                                   std::chrono::system_clock::time_point now);

}  // namespace gateway
