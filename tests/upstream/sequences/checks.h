// What must hold after each sequence, whatever the rules inside are: the contract's sentences on
// truth, and the model's history.
//
// Pure functions.
#pragma once

#include <string>
#include <vector>

#include "tests/upstream/sequences/history.h"

namespace gateway::sequences {

/// A sentence for each thing that is wrong; none if the ending is right.
std::vector<std::string> Violations(const History& history);

}  // namespace gateway::sequences
