#include "gateway/config/config.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/config/arguments.h"
#include "gateway/config/config_check.h"
#include "gateway/config/flag_values.h"
#include "gateway/config/settings.h"

namespace gateway {
namespace {

using Command = CommandLine::Command;

constexpr std::string_view kApiKeyVariable = "EXTEND_API_KEY";

/// All sources over each other: the first that names a flag wins.
Settings Collect(Settings given, const std::vector<FlagGroup>& flags,
                 const Environment& environment, Errors& faults) {
  given.merge(ReadVariables(flags, environment));
  const auto file = given.find("config");
  if (file != given.end() && file->second.values.size() == 1) {
    given.merge(ReadConfigFile(flags, file->second.values.front(), faults));
  }
  return given;
}

/// The key, which has no flag, and whose token goes upstream.
void SetCredentials(const Settings& settings, const Environment& environment, Config& config,
                    Errors& faults) {
  const std::string variable = Variable(environment, kApiKeyVariable);
  bool has_key = settings.contains("api-key-file");
  if (!has_key && !Trimmed(variable).empty()) {
    has_key = true;
    const auto key = ParseApiKey(variable);
    if (key) {
      config.api_key = *key;
    } else {
      faults.push_back(std::string(kApiKeyVariable) + " " + key.error());
    }
  }
  if (!settings.contains("auth")) config.auth = has_key ? Auth::kGateway : Auth::kCaller;
  if (config.auth == Auth::kGateway && !has_key) {
    faults.push_back(SourceOf(settings, "auth") + " \"gateway\" needs a key: --api-key-file or " +
                     std::string(kApiKeyVariable));
  }
}

void SetCall(const std::vector<std::string>& positionals, CommandLine& line, Errors& faults) {
  if (positionals.empty()) {
    faults.emplace_back("call needs a METHOD, such as package.Service/Method");
    return;
  }
  line.method = positionals[0];
  if (positionals.size() > 1) line.json = positionals[1];
}

}  // namespace

tl::expected<CommandLine, Errors> ParseCommandLine(const std::vector<std::string>& arguments,
                                                   const Environment& environment) {
  Errors faults;
  Arguments split = SplitArguments(arguments, faults);
  CommandLine line;
  line.command = split.command;
  if (split.help) {
    line.help = HelpText(split.command);
    return line;
  }
  const std::vector<FlagGroup> flags = FlagsOf(split.command);
  const Settings settings = Collect(std::move(split.settings), flags, environment, faults);
  Apply(flags, settings, line, faults);

  std::ranges::move(CheckPairs(settings), std::back_inserter(faults));
  const bool is_server = line.command == Command::kServe || line.command == Command::kCheck;
  if (is_server) {
    std::ranges::move(UnknownVariables(environment), std::back_inserter(faults));
    SetCredentials(settings, environment, line.config, faults);
    std::ranges::move(CheckConfig(line.config, settings), std::back_inserter(faults));
  }
  if (line.command == Command::kCall) SetCall(split.positionals, line, faults);
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return line;
}

Environment ProcessEnvironment() {
  Environment variables;
  for (const char* const* entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace gateway
