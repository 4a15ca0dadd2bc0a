// Answers: good ones, and ones that are broken as a fault says. Pure functions.
#pragma once

#include <string>

#include "gateway/base/http_message.h"
#include "tests/chaos/fault_plan.h"
#include "tests/simulator/api_message.h"

namespace gateway::chaos {

/// The simulator's answer without any framing. Broken only for kCorruptJson.
HttpResponse AnswerOf(const extend_simulator::ApiResponse& answer, const Fault& fault);
/// What something between gateway and upstream says, for the status kinds.
HttpResponse StatusAnswer(const Fault& fault);

// HTTP/1.1, as bytes.

/// The simulator's answer, whole. Broken only for the corrupt kinds and kShortLength.
std::string AnswerText(const extend_simulator::ApiResponse& answer, const Fault& fault);
std::string StatusText(const Fault& fault);
/// A proper prefix of an answer, for the cut kinds.
std::string Cut(const std::string& answer, const Fault& fault);

}  // namespace gateway::chaos
