// The table of flags: a new flag is one entry in flags.cc, and a member of Config.
//
// The same table serves the command line, the environment (`EXTEND_GATEWAY_` + the name in
// capitals), the config file and the help text. Built once, then const and thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/config.h"

namespace gateway {

enum class Form {
  kValue,
  kList,    ///< Repeatable; an array in the file, comma-separated in a variable.
  kSwitch,  ///< Without a value on the command line; true or false elsewhere.
};

/// Where a flag's values go.
struct Target {
  Form form = Form::kValue;
  /// Checks one value and stores it, or adds it to a list. The rule that it breaks, if any.
  std::function<std::optional<std::string>(CommandLine&, const std::string&)> set = {};
  /// Lists: forgets the default.
  std::function<void(CommandLine&)> clear = {};
};

struct Flag {
  /// Without dashes.
  std::string_view name = {};
  /// What stands for the value in the help text.
  std::string_view placeholder = {};
  /// As text; empty: none.
  std::string_view fallback = {};
  /// Purpose, and when to change it.
  std::string_view help = {};
  Target target = {};
  /// A variable that other programs of the API read too.
  std::string_view shared_variable = {};
  /// The value may hold a secret: no fault shows it.
  bool secret = false;
  /// Whose flag it is beside the group's.
  std::vector<CommandLine::Command> also_of = {};
};

struct FlagGroup {
  std::string_view title = {};
  std::vector<CommandLine::Command> commands = {};
  std::vector<Flag> flags = {};
};

const std::vector<FlagGroup>& FlagGroups();

/// The flags of one command, by group, groups without any left out.
std::vector<FlagGroup> FlagsOf(CommandLine::Command command);

/// EXTEND_GATEWAY_…
std::string VariableName(const Flag& flag);

}  // namespace gateway
