// Responses: good ones, and ones that are broken as a fault says. Pure functions.
#pragma once

#include <string>

#include "gateway/base/http_message.h"
#include "tests/chaos/fault_plan.h"
#include "tests/simulator/api_message.h"

namespace gateway::chaos {

/// The simulator's response without any framing. Broken only for kCorruptJson and kCutGzip.
HttpResponse ResponseOf(const extend_simulator::ApiResponse& api, const Fault& fault);
/// What something between gateway and upstream says, for the status kinds.
HttpResponse StatusResponse(const Fault& fault);

/// A 2xx without a body.
HttpResponse EmptySuccess(const Fault& fault);

// HTTP/1.1, as bytes.

/// The simulator's response, whole. Broken only for the corrupt
/// and cut kinds that ResponseOf knows, for kShortLength, and for unframed ones that are cut.
std::string ResponseText(const extend_simulator::ApiResponse& api, const Fault& fault);
std::string StatusText(const Fault& fault);
std::string EmptySuccessText(const Fault& fault);
/// What lies on an idle connection, for kStaleResponse and kIdleTimeout.
std::string StaleText(FaultKind kind);
/// A proper prefix of a response, for kCutHead and kCutBody.
std::string Cut(const std::string& response, const Fault& fault);

}  // namespace gateway::chaos
