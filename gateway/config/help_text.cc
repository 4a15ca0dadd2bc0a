#include "gateway/config/help_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gateway {
namespace {

constexpr std::array<CommandEntry, 6> kCommands = {{
    {Command::kServe, "serve", "[serve] [flags]",
     "Serves gRPC calls until SIGTERM or SIGINT, then lets the calls in flight end and exits with "
     "0. A second signal ends it at once, with exit code 1. Exit code 1 also means a failure at "
     "run "
     "time, and 2 a bad configuration."},
    {Command::kCheck, "check", "check [flags]",
     "Checks the flags of serve, the environment, the config file and the descriptors, without "
     "listening or connecting. Prints what would be served and exits with 0, or prints all errors "
     "and exits with 2."},
    {Command::kCall, "call", "call METHOD [JSON|-] [flags]",
     "Calls METHOD (package.Service/Method) of a gateway with the request JSON ({} by default; - "
     "reads it from standard input) and prints the response as JSON. Exits with 1 on a gRPC error, "
     "with 2 on bad input.",
     2},
    {Command::kHealth, "health", "health [flags]",
     "Asks a gateway for its health. Exits with 0 only if it is SERVING. For exec probes."},
    {Command::kWait, "wait", "wait [flags]",
     "Waits until a gateway is SERVING. Exits with 1 if that takes longer than --max."},
    {Command::kVersion, "version", "version",
     "Prints the versions of the gateway and its libraries."},
}};

constexpr std::string_view kValues =
    "A DURATION is a number with a unit: ms, s, m or h. A SIZE is a number of bytes, or a number "
    "with the unit KiB or MiB.";
constexpr std::string_view kVariables =
    "Each flag is also an environment variable: EXTEND_GATEWAY_ and the flag's name in capitals, "
    "such as EXTEND_GATEWAY_TIMEOUT for --timeout. In a variable the values of a repeatable flag "
    "are separated by commas, and a switch is true or false. An empty variable counts as unset.";
constexpr std::string_view kSources =
    "If several sources set the same flag, the first of these wins: the flag on the command line; "
    "its EXTEND_GATEWAY_ variable; its shared EXTEND_ variable, if it has one; the config file. "
    "The values of a repeatable flag are not merged: all come from the first source that sets it. "
    "The API key is never a flag: use --api-key-file or EXTEND_API_KEY.";

constexpr std::size_t kHelpWidth = 80;
constexpr std::size_t kHelpIndent = 8;

/// Lines of at most `width` characters, each after `indent` blanks, broken at blanks.
std::string Wrapped(std::string_view text, std::size_t indent = 0) {
  const std::size_t width = kHelpWidth - indent;
  std::string lines;
  while (!text.empty()) {
    const auto blank = text.size() > width ? text.rfind(' ', width) : std::string_view::npos;
    const std::string_view line = text.substr(0, blank);
    lines.append(indent, ' ').append(line).append("\n");
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

std::string_view FirstSentence(std::string_view text) {
  const auto end = text.find(". ");
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

std::string FlagText(const Flag& flag) {
  std::string text(flag.help);
  if (const auto value = flag.default_text(); !value.empty()) {
    text += fmt::format(" Default: {}.", value);
  }
  if (flag.store.form == FlagForm::kList) text += " Repeatable.";
  if (!flag.shared_variable.empty()) text += fmt::format(" Also {}.", flag.shared_variable);
  return fmt::format("  {}\n{}", flag.usage, Wrapped(text, kHelpIndent));
}

}  // namespace

const CommandEntry* FindCommand(std::string_view name) {
  const auto* const found = std::ranges::find(kCommands, name, &CommandEntry::name);
  return found == kCommands.end() ? nullptr : found;
}

const CommandEntry& EntryOf(Command command) {
  return *std::ranges::find(kCommands, command, &CommandEntry::command);
}

std::string HelpText(Command command) {
  const CommandEntry& entry = EntryOf(command);
  std::string text =
      fmt::format("Usage: extend-gateway {}\n\n{}", entry.usage, Wrapped(entry.help));
  if (command == Command::kServe) {
    text += "\nOther commands, each with a --help of its own:\n";
    for (const CommandEntry& other : kCommands) {
      if (other.command == Command::kServe) continue;
      text += fmt::format("  {}\n{}", other.usage, Wrapped(FirstSentence(other.help), kHelpIndent));
    }
  }
  for (const FlagGroup& group : FlagsOf(command)) {
    text += fmt::format("\n{}:\n", group.title);
    for (const Flag& flag : group.flags) text += FlagText(flag);
  }
  text += fmt::format("\nHelp:\n  -h, --help\n{}  --version\n{}",
                      Wrapped("Prints this text.", kHelpIndent),
                      Wrapped(EntryOf(Command::kVersion).help, kHelpIndent));
  if (!FlagsOf(command).empty()) {
    text += fmt::format("\n{}\n{}", Wrapped(kValues), Wrapped(kVariables));
  }
  if (command == Command::kServe || command == Command::kCheck) {
    text += "\n" + Wrapped(kSources);
  }
  return text;
}

}  // namespace gateway
