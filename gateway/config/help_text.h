// The table of commands, and the help text of each, made from that table and the table of flags.
//
// Functions without state. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/config/flags.h"

namespace gateway {

struct CommandEntry {
  Command command;
  std::string_view name;
  std::string_view usage;
  std::string_view help;
  std::size_t max_positionals = 0;
};

/// Null if there is no command of that name.
const CommandEntry* FindCommand(std::string_view name);
const CommandEntry& EntryOf(Command command);

std::string HelpText(Command command);

}  // namespace gateway
