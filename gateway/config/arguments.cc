#include "gateway/config/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

using Command = CommandLine::Command;

struct CommandEntry {
  std::string_view name;
  Command command;
  std::string_view usage;
  std::string_view help;
};

constexpr std::array<CommandEntry, 6> kCommands = {{
    {"serve", Command::kServe, "[serve] [flags]",
     "Serves until SIGTERM or SIGINT, then drains: exit 0. A second signal ends it at once: exit "
     "1. "
     "A runtime failure is exit 1, a bad configuration exit 2."},
    {"check", Command::kCheck, "check [flags]",
     "Checks the flags of serve, the environment and the descriptors, prints every fault and exits "
     "0 or 2, without listening or connecting."},
    {"call", Command::kCall, "call METHOD [JSON|-] [flags]",
     "Calls METHOD (package.Service/Method) of a gateway with a request in JSON, {} without one, "
     "read from standard input for -, and prints the response. Exit 1 on a gRPC error, 2 on bad "
     "input."},
    {"health", Command::kHealth, "health [flags]",
     "Asks a gateway for its health: exit 0 only if it is SERVING. For exec probes."},
    {"wait", Command::kWait, "wait [flags]", "Waits until a gateway is SERVING, else exit 1."},
    {"version", Command::kVersion, "version", "Prints the version, and those of the libraries."},
}};

constexpr std::string_view kValues =
    "A DURATION is a number with its unit, ms, s, m or h; a SIZE is a number of bytes, or has a "
    "unit, KiB or MiB. Each flag is also a variable: EXTEND_GATEWAY_ and its name in capitals, as "
    "in EXTEND_GATEWAY_TIMEOUT. There a repeatable flag's values are separated by commas, and a "
    "switch is true or false. An empty variable counts as unset.";
constexpr std::string_view kSources =
    "A flag wins over its variable, that over the shared EXTEND_ variable where there is one, and "
    "that over the config file. A repeatable flag's values are taken from one of them only. The "
    "API key is never a flag: EXTEND_API_KEY or --api-key-file.";

constexpr std::size_t kHelpWidth = 80;
constexpr std::size_t kHelpIndent = 8;

const CommandEntry& EntryOf(Command command) {
  return *std::ranges::find(kCommands, command, &CommandEntry::command);
}

/// Lines of at most `width` characters, broken at blanks.
std::string Wrapped(std::string_view text, std::size_t width) {
  std::string lines;
  while (text.size() > width) {
    const auto blank = text.rfind(' ', width);
    if (blank == std::string_view::npos) break;
    lines.append(text.substr(0, blank)).append("\n");
    text.remove_prefix(blank + 1);
  }
  return lines.append(text);
}

std::string Description(const Flag& flag) {
  std::string text(flag.help);
  if (!flag.fallback.empty()) text.append(" Default: ").append(flag.fallback).append(".");
  if (flag.target.form == Form::kList) text += " Repeatable.";
  if (!flag.shared_variable.empty()) text.append(" Also ").append(flag.shared_variable).append(".");
  return Wrapped(text, kHelpWidth - kHelpIndent);
}

void AddFlag(CLI::App& app, const Flag& flag, const std::string& group) {
  const std::string name = "--" + std::string(flag.name);
  const std::string description = Description(flag);
  if (flag.target.form == Form::kSwitch) {
    app.add_flag(name, description)
        ->group(group)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return;
  }
  app.add_option(name, description)
      ->group(group)
      ->option_text(std::string(flag.placeholder))
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void AddFlags(CLI::App& app, Command command) {
  for (const FlagGroup& group : FlagsOf(command)) {
    for (const Flag& flag : group.flags) AddFlag(app, flag, std::string(group.title));
  }
  app.set_help_flag();
  const std::string help = "Prints this text.";
  app.add_flag("--help,-h", help)->group("Help");
}

/// The first argument if it is a command, which is then removed; else serve.
Command TakeCommand(std::vector<std::string>& arguments) {
  if (arguments.empty()) return Command::kServe;
  const auto* const entry = std::ranges::find(kCommands, arguments.front(), &CommandEntry::name);
  if (entry == kCommands.end()) return Command::kServe;
  arguments.erase(arguments.begin());
  return entry->command;
}

/// CLI11 takes the next argument for the value of `--flag=`.
void RemoveEmptyValues(std::vector<std::string>& arguments, Errors& faults) {
  std::erase_if(arguments, [&faults](const std::string& argument) {
    const bool empty = argument.starts_with("--") && argument.find('=') + 1 == argument.size();
    if (empty) faults.push_back(argument.substr(0, argument.size() - 1) + " needs a value");
    return empty;
  });
}

/// What CLI11 did not know: the command's arguments without a flag, and faults. No argument is told
/// that could be a secret.
std::vector<std::string> TakePositionals(const std::vector<std::string>& unknown,
                                         const CommandEntry& command, Errors& faults) {
  const std::size_t expected = command.command == Command::kCall ? 2 : 0;
  std::vector<std::string> positionals;
  bool may_be_flags_value = false;
  for (const std::string& argument : unknown) {
    const bool is_flag = argument.size() > 1 && argument.starts_with('-');
    if (is_flag) {
      // A short flag may have its value at its end.
      const bool is_long = argument.starts_with("--");
      faults.push_back((is_long ? argument.substr(0, argument.find('=')) : argument.substr(0, 2)) +
                       " is not a flag of " + std::string(command.name));
    } else if (positionals.size() < expected) {
      positionals.push_back(argument);
    } else if (!may_be_flags_value) {
      const bool is_word = std::ranges::all_of(argument, IsLower);
      faults.push_back((is_word ? Quoted(argument) : "an argument") +
                       " is neither a flag nor a command at the first place");
    }
    may_be_flags_value = is_flag;
  }
  return positionals;
}

}  // namespace

Arguments SplitArguments(const std::vector<std::string>& arguments, Errors& faults) {
  std::vector<std::string> rest = arguments;
  Arguments split;
  split.command = TakeCommand(rest);
  RemoveEmptyValues(rest, faults);

  CLI::App app;
  app.allow_extras();
  AddFlags(app, split.command);
  try {
    std::ranges::reverse(rest);  // CLI11 takes them from the end.
    app.parse(rest);
  } catch (const CLI::ArgumentMismatch&) {
    // Only the last argument can lack its value: all before it has been read.
    faults.push_back(arguments.back() + " needs a value");
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->results().empty()) continue;
    const std::string name = option->get_single_name();
    if (name == "help") {
      split.help = true;
    } else {
      split.settings[name] = {.source = "--" + name, .values = option->results()};
    }
  }
  split.positionals = TakePositionals(app.remaining(), EntryOf(split.command), faults);
  return split;
}

std::string HelpText(Command command) {
  const CommandEntry& entry = EntryOf(command);
  CLI::App app;
  AddFlags(app, command);
  CLI::Formatter formatter;
  formatter.column_width(kHelpIndent);
  std::string text = "Usage: extend-gateway " + std::string(entry.usage) + "\n\n" +
                     Wrapped(entry.help, kHelpWidth) + "\n";
  if (command == Command::kServe) {
    text += "\nOther commands, each with a --help of its own:\n";
    for (const CommandEntry& other : kCommands) {
      if (other.command != Command::kServe) text.append("  ").append(other.usage).append("\n");
    }
  }
  text += formatter.make_groups(&app, CLI::AppFormatMode::Normal);
  if (command != Command::kVersion) text += "\n" + Wrapped(kValues, kHelpWidth) + "\n";
  if (command == Command::kServe || command == Command::kCheck) {
    text += "\n" + Wrapped(kSources, kHelpWidth) + "\n";
  }
  return CLI::detail::find_and_replace(text, "\n\n\n", "\n\n");
}

}  // namespace gateway
