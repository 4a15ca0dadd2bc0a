// The three sources of configuration, read as text: arguments, environment and config file.
//
// Each source says which flags it gives, and what is wrong with it. command_line.h lays one over
// the other and checks the values. Functions without state; only ReadConfigFile blocks.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/config/flags.h"

namespace gateway {

/// Names and values: injected, so that tests have their own.
using Environment = std::vector<std::pair<std::string, std::string>>;

struct GivenFlag {
  /// For errors: `--listen`, `EXTEND_GATEWAY_LISTEN`, `key "listen" in gateway.json`.
  std::string source;
  /// One, or any number of a list.
  std::vector<std::string> values;
};

/// By the flag's name.
using GivenFlags = std::map<std::string, GivenFlag, std::less<>>;
using FlagNames = std::set<std::string, std::less<>>;

struct ConfigSource {
  GivenFlags flags;
  Errors errors;
  /// The flags that `errors` names: they are in the source, but give no value.
  FlagNames refused;
};

struct Arguments {
  ConfigSource source;
  /// What stands between the flags.
  std::vector<std::string> positionals;
  bool help = false;
  bool version = false;
};

/// Reads the arguments after the command, which is called `command` in errors and takes at most
/// `max_positionals`. No error shows an argument that could be a secret.
Arguments ReadArguments(const std::vector<FlagGroup>& flags,
                        const std::vector<std::string>& arguments, std::string_view command,
                        std::size_t max_positionals);

/// Reads the variables of `flags`. An empty variable counts as unset; the first of two of one name
/// counts.
GivenFlags ReadVariables(const std::vector<FlagGroup>& flags, const Environment& environment);

/// One error for each EXTEND_GATEWAY_ variable that belongs to no flag of any command. Those that
/// Kubernetes sets for a Service called extend-gateway are left out.
Errors UnknownVariables(const Environment& environment);

/// Reads a file with one JSON object; the error of a file that has none stands alone.
tl::expected<ConfigSource, std::string> ReadConfigFile(const std::vector<FlagGroup>& flags,
                                                       const std::string& path);

/// The value of a variable; empty: it is not set.
std::string Variable(const Environment& environment, std::string_view name);

/// The text in double quotes, escaped and cut, for errors.
std::string Quoted(std::string_view text);

/// The process's own environment.
Environment ProcessEnvironment();

}  // namespace gateway
