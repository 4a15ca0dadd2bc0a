#include "gateway/config/settings.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

constexpr std::string_view kPrefix = "EXTEND_GATEWAY_";
constexpr std::size_t kMaxShown = 100;

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.emplace_back(Trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

/// What Kubernetes puts into the pods beside a Service of this name.
bool IsServiceLink(std::string_view name) {
  const std::string_view rest = name.substr(kPrefix.size());
  return rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_");
}

bool IsVariableOfAnyFlag(std::string_view name) {
  return std::ranges::any_of(FlagGroups(), [name](const FlagGroup& group) {
    return std::ranges::any_of(group.flags,
                               [name](const Flag& flag) { return VariableName(flag) == name; });
  });
}

/// A password in a URL or a token in its query shows up in flags that are no secret otherwise.
bool MayBeShown(const Flag& flag, std::string_view value) {
  return !flag.secret && value.find_first_of("@?") == std::string_view::npos;
}

/// `--listen "x"`, or `--header (value 2)` where the value must not be told.
std::string Place(const Flag& flag, const Setting& setting, std::size_t index) {
  const std::string& value = setting.values[index];
  if (MayBeShown(flag, value)) return setting.source + " " + Quoted(value);
  if (setting.values.size() == 1) return setting.source;
  return setting.source + " (value " + std::to_string(index + 1) + ")";
}

}  // namespace

std::string Variable(const Environment& environment, std::string_view name) {
  const auto found = std::ranges::find(environment, name, [](const auto& v) { return v.first; });
  return found == environment.end() ? "" : found->second;
}

Settings ReadVariables(const std::vector<FlagGroup>& flags, const Environment& environment) {
  Settings settings;
  for (const FlagGroup& group : flags) {
    for (const Flag& flag : group.flags) {
      for (const std::string& name : {VariableName(flag), std::string(flag.shared_variable)}) {
        const std::string value = Variable(environment, name);
        if (value.empty()) continue;
        Setting setting{.source = name, .values = {value}};
        if (flag.target.form == Form::kList) setting.values = SplitAtCommas(value);
        settings.emplace(flag.name, std::move(setting));
      }
    }
  }
  return settings;
}

Errors UnknownVariables(const Environment& environment) {
  Errors faults;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || IsServiceLink(name) || IsVariableOfAnyFlag(name)) continue;
    faults.push_back(name + " is not a variable of the gateway");
  }
  return faults;
}

void Apply(const std::vector<FlagGroup>& flags, const Settings& settings, CommandLine& line,
           Errors& faults) {
  for (const FlagGroup& group : flags) {
    for (const Flag& flag : group.flags) {
      const auto found = settings.find(flag.name);
      if (found == settings.end()) continue;
      const Setting& setting = found->second;
      if (flag.target.form == Form::kList) {
        flag.target.clear(line);
      } else if (setting.values.size() > 1) {
        faults.push_back(setting.source + " is given more than once");
        continue;
      }
      for (std::size_t i = 0; i < setting.values.size(); ++i) {
        const auto rule = flag.target.set(line, setting.values[i]);
        if (rule) faults.push_back(Place(flag, setting, i) + " " + *rule);
      }
    }
  }
}

std::string Quoted(std::string_view text) {
  const bool cut = text.size() > kMaxShown;
  // JSON's escapes: nothing that a terminal or a log would take for more than text.
  const nlohmann::json shown = std::string(text.substr(0, kMaxShown)) + (cut ? "…" : "");
  return shown.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

std::string SourceOf(const Settings& settings, std::string_view flag) {
  const auto found = settings.find(flag);
  return found == settings.end() ? "--" + std::string(flag) : found->second.source;
}

}  // namespace gateway
