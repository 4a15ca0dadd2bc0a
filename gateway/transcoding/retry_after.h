// How long an answer asks callers to wait: Retry-After (seconds or an HTTP date), else
// X-RateLimit-Reset (Unix seconds). Nothing where neither says something valid.
#pragma once

#include <chrono>
#include <optional>

#include "gateway/base/http_message.h"

namespace gateway {

/// Not negative: a date that has passed is a wait of zero. At most one day.
std::optional<std::chrono::nanoseconds> RetryAfter(const Headers& headers,
                                                   std::chrono::system_clock::time_point now);

}  // namespace gateway
