// The command line with environment and config file → a checked configuration, or all its errors.
//
// Called once, at start. Precedence: flag, EXTEND_GATEWAY_ variable, EXTEND_ variable, file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/config/config.h"
#include "gateway/config/config_sources.h"
#include "gateway/config/flags.h"

namespace gateway {

struct CommandLine {
  Command command = Command::kServe;
  /// For serve and check.
  Config config = {};
  /// For call, health and wait.
  ClientConfig client = {};
  /// Set: print this help text and exit 0.
  std::optional<std::string> help = {};
};

struct BadCommandLine {
  /// One sentence each: the flag (or variable, or key), what is wrong, what would be right. Never a
  /// secret.
  Errors errors;
  /// serve, check: what is left of the configuration, for finding further errors in what it names.
  /// Whatever has an error above is left out so that it causes no second one. Nothing: too little
  /// is known of what would be served.
  std::optional<Config> remainder;
};

/// `arguments` without the program's name.
tl::expected<CommandLine, BadCommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace gateway
