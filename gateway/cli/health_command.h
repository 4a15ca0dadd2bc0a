// The commands health and wait.
//
// Not thread-safe; both block. Each returns the exit code: 0 if the gateway at `client.address` is
// SERVING, else kCallFailed, or kBadInput if the flags are wrong.
#pragma once

#include <iosfwd>

#include "gateway/config/config.h"

namespace gateway {

/// Asks once.
int RunHealth(const ClientConfig& client, std::ostream& out, std::ostream& err);

/// Asks until the gateway is SERVING or `client.max_wait` has passed.
int RunWait(const ClientConfig& client, std::ostream& out, std::ostream& err);

}  // namespace gateway
