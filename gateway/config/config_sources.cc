#include "gateway/config/config_sources.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "gateway/base/ascii.h"
#include "gateway/base/file.h"

namespace gateway {
namespace {

using nlohmann::json;

constexpr std::string_view kPrefix = "EXTEND_GATEWAY_";
constexpr std::size_t kMaxShown = 100;
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

// -- Arguments

/// The arguments, read one by one.
class ArgumentReader {
 public:
  ArgumentReader(const std::vector<FlagGroup>& flags, const std::vector<std::string>& arguments,
                 std::string_view command, std::size_t max_positionals)
      : flags_(flags), rest_(arguments), command_(command), max_positionals_(max_positionals) {}

  Arguments Read() && {
    while (!rest_.empty()) ReadNext();
    return std::move(read_);
  }

 private:
  void ReadNext() {
    const std::string argument = Take();
    if (only_positionals_) return ReadPositional(argument);
    if (argument == "--") {
      only_positionals_ = true;
    } else if (argument == "--help" || argument == "-h") {
      read_.help = true;
    } else if (argument == "--version") {
      read_.version = true;
    } else if (argument.starts_with("--")) {
      ReadFlag(argument);
    } else if (argument.starts_with('-') && argument.size() > 1) {
      // A short flag may have its value, perhaps a secret, at its end.
      RefuseFlag(argument.substr(0, 2));
    } else {
      ReadPositional(argument);
    }
  }

  void ReadFlag(const std::string& argument) {
    const auto equals = argument.find('=');
    const std::string source = argument.substr(0, equals);
    const std::string name = source.substr(2);
    if (source == "--help" || source == "--version") {
      return read_.source.errors.push_back(source + " takes no value");
    }
    const Flag* const flag = FindFlag(flags_, name);
    if (flag == nullptr) return RefuseFlag(source, /*has_value=*/equals != std::string::npos);
    std::string value;
    if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
      if (value.empty()) return RefuseValue(source, name);
    } else if (flag->store.form == FlagForm::kSwitch) {
      value = "true";
    } else if (rest_.empty() || rest_.front().starts_with("--")) {
      return RefuseValue(source, name);
    } else {
      value = Take();
    }
    GivenFlag& given = read_.source.flags[name];
    given.source = source;
    given.values.push_back(std::move(value));
  }

  void ReadPositional(const std::string& argument) {
    if (read_.positionals.size() < max_positionals_) {
      read_.positionals.push_back(argument);
      return;
    }
    // What is no word could be a secret.
    const bool is_word = !argument.empty() && std::ranges::all_of(argument, IsLower);
    read_.source.errors.push_back(
        (is_word ? Quoted(argument) : "an argument") +
        " is neither a flag nor a command (a command must be the first argument)");
  }

  void RefuseFlag(const std::string& flag, bool has_value = false) {
    read_.source.errors.push_back(fmt::format("{} is not a flag of {}", flag, command_));
    // The next argument may be its value, of which nothing must be shown.
    const bool value_follows = !has_value && !rest_.empty() && !rest_.front().starts_with('-');
    if (value_follows && read_.positionals.size() == max_positionals_) Take();
  }

  void RefuseValue(const std::string& source, const std::string& name) {
    read_.source.errors.push_back(source + " needs a value");
    read_.source.refused.insert(name);
  }

  std::string Take() {
    std::string argument = rest_.front();
    rest_ = rest_.subspan(1);
    return argument;
  }

  const std::vector<FlagGroup>& flags_;
  std::span<const std::string> rest_;
  std::string_view command_;
  std::size_t max_positionals_;
  bool only_positionals_ = false;
  Arguments read_;
};

// -- Environment

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.emplace_back(Trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

/// Whether Kubernetes puts this variable into the pods beside a Service called extend-gateway:
/// SERVICE_HOST, SERVICE_PORT, SERVICE_PORT_GRPC, PORT, PORT_50051_TCP, PORT_50051_TCP_ADDR …
bool IsServiceLink(std::string_view name) {
  std::string_view rest = name.substr(kPrefix.size());
  constexpr std::string_view kNamedPort = "SERVICE_PORT_";
  if (rest == "SERVICE_HOST" || rest == "SERVICE_PORT" || rest == "PORT") return true;
  if (rest.starts_with(kNamedPort)) return rest.size() > kNamedPort.size();

  constexpr std::string_view kPort = "PORT_";
  if (!rest.starts_with(kPort)) return false;
  rest.remove_prefix(kPort.size());
  const auto digits = std::ranges::find_if_not(rest, IsDigit) - rest.begin();
  const std::string_view protocol = rest.substr(static_cast<std::size_t>(digits));
  if (digits == 0 || !protocol.starts_with('_')) return false;
  for (const std::string_view known : {"_TCP", "_UDP", "_SCTP"}) {
    if (!protocol.starts_with(known)) continue;
    const std::string_view part = protocol.substr(known.size());
    return part.empty() || part == "_PROTO" || part == "_PORT" || part == "_ADDR";
  }
  return false;
}

// -- File

/// The object, and an error for each key that stands in it twice.
tl::expected<std::pair<json, Errors>, std::string> ParseObject(const std::string& path,
                                                               const std::string& text) {
  std::set<std::string> keys;
  Errors repeated;
  const auto note_repeated_keys = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::key && depth == 1 &&
        !keys.insert(value.get<std::string>()).second) {
      repeated.push_back(fmt::format("key {} in {} is given more than once",
                                     Quoted(value.get<std::string>()), path));
    }
    return true;
  };
  try {
    json object = json::parse(text, note_repeated_keys);
    if (object.is_object()) return std::pair(std::move(object), std::move(repeated));
    return tl::unexpected(path + " must be one JSON object with flags as keys");
  } catch (const json::parse_error& error) {
    // The exception's own text quotes the file, which may hold secrets.
    const auto end = std::min(error.byte, text.size());
    const auto line_ends =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    return tl::unexpected(fmt::format("{} is not valid JSON, line {}", path, line_ends + 1));
  }
}

/// The text of a member; the error is the rule that its type breaks.
tl::expected<std::vector<std::string>, std::string_view> Texts(FlagForm form, const json& value) {
  using Values = std::vector<std::string>;
  if (form == FlagForm::kSwitch) {
    if (value.is_boolean()) return Values{value.get<bool>() ? "true" : "false"};
    return tl::unexpected<std::string_view>("must be true or false");
  }
  if (form == FlagForm::kValue) {
    if (value.is_string()) return Values{value.get<std::string>()};
    if (value.is_number()) return Values{value.dump()};
    return tl::unexpected<std::string_view>("must be a string or a number");
  }
  const auto is_text = [](const json& element) { return element.is_string(); };
  if (value.is_array() && std::ranges::all_of(value, is_text)) return value.get<Values>();
  return tl::unexpected<std::string_view>("must be an array of strings");
}

}  // namespace

Arguments ReadArguments(const std::vector<FlagGroup>& flags,
                        const std::vector<std::string>& arguments, std::string_view command,
                        std::size_t max_positionals) {
  return ArgumentReader(flags, arguments, command, max_positionals).Read();
}

GivenFlags ReadVariables(const std::vector<FlagGroup>& flags, const Environment& environment) {
  GivenFlags given;
  for (const FlagGroup& group : flags) {
    for (const Flag& flag : group.flags) {
      for (const std::string& name : {flag.variable(), std::string(flag.shared_variable)}) {
        const std::string value = Variable(environment, name);
        if (value.empty()) continue;
        const bool is_list = flag.store.form == FlagForm::kList;
        auto values = is_list ? SplitAtCommas(value) : std::vector<std::string>{value};
        given.emplace(flag.name(), GivenFlag{.source = name, .values = std::move(values)});
      }
    }
  }
  return given;
}

Errors UnknownVariables(const Environment& environment) {
  Errors errors;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || IsServiceLink(name) || IsFlagVariable(name)) continue;
    errors.push_back(name + " is not a variable of the gateway");
  }
  return errors;
}

tl::expected<ConfigSource, std::string> ReadConfigFile(const std::vector<FlagGroup>& flags,
                                                       const std::string& path) {
  const auto text = ReadFile(path, kMaxFileBytes);
  if (!text) return tl::unexpected("the config file " + text.error());
  auto parsed = ParseObject(path, *text);
  if (!parsed) return tl::unexpected(std::move(parsed.error()));
  ConfigSource read;
  read.errors = std::move(parsed->second);
  for (const auto& [key, value] : parsed->first.items()) {
    const std::string source = fmt::format("key {} in {}", Quoted(key), path);
    const Flag* const flag = FindFlag(flags, key);
    if (flag == nullptr || flag->name() == "config") {
      read.errors.push_back(source + " is not a flag that a config file may set");
    } else if (auto texts = Texts(flag->store.form, value)) {
      read.flags.emplace(key, GivenFlag{.source = source, .values = *std::move(texts)});
    } else {
      read.errors.push_back(fmt::format("{} {}", source, texts.error()));
      read.refused.insert(key);
    }
  }
  return read;
}

std::string Variable(const Environment& environment, std::string_view name) {
  // A flag without a shared variable has an empty name there, which the environment may hold too.
  if (name.empty()) return {};
  const auto found =
      std::ranges::find(environment, name, [](const auto& entry) { return entry.first; });
  return found == environment.end() ? "" : found->second;
}

std::string Quoted(std::string_view text) {
  const bool cut = text.size() > kMaxShown;
  // JSON's escapes: nothing that a terminal or a log would take for more than text.
  const json shown = std::string(text.substr(0, kMaxShown)) + (cut ? "…" : "");
  return shown.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

Environment ProcessEnvironment() {
  Environment variables;
  for (const char* const* entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    // An entry need not be a variable: execve takes any text.
    if (equals == std::string_view::npos || equals == 0) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace gateway
