// What the sources of configuration say, as text: the value of a flag and where it stands.
//
// Sources are read into Settings of their own and then laid over each other: flag,
// EXTEND_GATEWAY_*, EXTEND_*, file. What a winner hides is not looked at; unknown names are faults
// wherever they stand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/config/config.h"
#include "gateway/config/flags.h"

namespace gateway {

struct Setting {
  /// For faults: `--listen`, `EXTEND_GATEWAY_LISTEN`, `key "listen" in gateway.json`.
  std::string source;
  /// One, or any number of a list.
  std::vector<std::string> values;
};

/// By flag name.
using Settings = std::map<std::string, Setting, std::less<>>;

/// The variables of `flags`. An empty one is as if it were not there.
Settings ReadVariables(const std::vector<FlagGroup>& flags, const Environment& environment);

/// The variables with our prefix that are no command's flag, and not those that Kubernetes sets for
/// a Service called extend-gateway.
Errors UnknownVariables(const Environment& environment);

/// Reads a config file's text; `path` is for faults, which are added.
Settings ReadConfigFile(const std::vector<FlagGroup>& flags, const std::string& path,
                        Errors& faults);

/// Stores the settings, adding a fault for each value that breaks its flag's rule.
void Apply(const std::vector<FlagGroup>& flags, const Settings& settings, CommandLine& line,
           Errors& faults);

/// The value of a variable; empty if there is none.
std::string Variable(const Environment& environment, std::string_view name);

/// In double quotes, escaped and cut, for faults and help.
std::string Quoted(std::string_view text);

/// Where a flag was set, or its name if nowhere.
std::string SourceOf(const Settings& settings, std::string_view flag);

}  // namespace gateway
