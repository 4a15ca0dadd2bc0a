// The command call: one unary call with a request in JSON.
//
// Not thread-safe; blocks.
#pragma once

#include <iosfwd>

#include "gateway/config/config.h"

namespace gateway {

/// Calls `client.method` with `client.json` (`-`: the text of `in`) and prints the response to
/// `out`, as JSON. Errors, with their details, go to `err`. Returns the exit code: 0, kCallFailed
/// or kBadInput.
int RunCall(const ClientConfig& client, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace gateway
