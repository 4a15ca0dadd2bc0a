// Responses: good ones, and ones that are broken as a fault says. Pure functions.
#pragma once

#include <string>

#include "gateway/base/http_message.h"
#include "tests/chaos/fault_plan.h"
#include "tests/simulator/api_message.h"

namespace gateway::chaos {

/// The simulator's response without any framing. Broken only for kCorruptJson.
HttpResponse ResponseOf(const extend_simulator::ApiResponse& api, const Fault& fault);
/// What something between gateway and upstream says, for the status kinds.
HttpResponse StatusResponse(const Fault& fault);

// HTTP/1.1, as bytes.

/// The simulator's response, whole. Broken only for the corrupt kinds and kShortLength.
std::string ResponseText(const extend_simulator::ApiResponse& api, const Fault& fault);
std::string StatusText(const Fault& fault);
/// A proper prefix of a response, for the cut kinds.
std::string Cut(const std::string& response, const Fault& fault);

}  // namespace gateway::chaos
