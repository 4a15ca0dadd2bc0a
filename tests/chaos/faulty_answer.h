// Answers as bytes: good ones, and ones that are broken as a fault says. Pure functions.
#pragma once

#include <string>

#include "tests/chaos/fault_plan.h"
#include "tests/simulator/api_message.h"

namespace gateway::chaos {

/// The simulator's answer, whole. Broken only for the corrupt kinds and kShortLength.
std::string AnswerText(const extend_simulator::ApiResponse& answer, const Fault& fault);

/// What something between gateway and upstream says, for the status kinds.
std::string StatusText(const Fault& fault);

/// A proper prefix of an answer, for the cut kinds.
std::string Cut(const std::string& answer, const Fault& fault);

}  // namespace gateway::chaos
