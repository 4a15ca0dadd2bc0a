// How a call is known again in the requests that it leads to.
#pragma once

namespace gateway::chaos {

/// Metadata key and header, which the gateway passes on.
inline constexpr const char* kCallHeader = "x-request-id";

}  // namespace gateway::chaos
