// The arguments of the command line, split: command, flags and what stands between them. And the
// help text, from the same table.
//
// Functions without state; CLI11 knows how arguments are written, flags.h which there are.
#pragma once

#include <string>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/config/settings.h"

namespace gateway {

struct Arguments {
  CommandLine::Command command = CommandLine::Command::kServe;
  Settings settings;
  /// `call`: METHOD and JSON.
  std::vector<std::string> positionals;
  bool help = false;
};

/// Adds a fault for each argument that the command does not know. Values stay unchecked.
Arguments SplitArguments(const std::vector<std::string>& arguments, Errors& faults);

std::string HelpText(CommandLine::Command command);

}  // namespace gateway
