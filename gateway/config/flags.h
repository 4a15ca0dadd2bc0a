// The table of flags: a new flag is one entry in flags.cc, and a member in config.h.
//
// The same table serves the command line, the environment, the config file and the help text.
// Functions without state. Thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/config/flag.h"

namespace gateway {

/// What the program is asked to do.
enum class Command { kServe, kCheck, kCall, kHealth, kWait, kVersion };

/// The flags of one command.
const std::vector<FlagGroup>& FlagsOf(Command command);

/// Null if there is none of that name.
const Flag* FindFlag(const std::vector<FlagGroup>& groups, std::string_view name);

/// Whether a variable belongs to a flag of any command.
bool IsFlagVariable(std::string_view name);

}  // namespace gateway
