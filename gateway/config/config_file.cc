// The config file: one JSON object, flag names as keys.
#include <nlohmann/json.hpp>
#include <set>

#include "gateway/base/file.h"
#include "gateway/config/settings.h"

namespace gateway {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

/// Null, with a fault added, for what is not one JSON object without repeated keys.
json ParseObject(const std::string& path, const std::string& text, Errors& faults) {
  std::set<std::string> keys;
  const auto note_repeated_keys = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::key && depth == 1 &&
        !keys.insert(value.get<std::string>()).second) {
      faults.push_back("key " + Quoted(value.get<std::string>()) + " in " + path +
                       " is given more than once");
    }
    return true;
  };
  try {
    json object = json::parse(text, note_repeated_keys);
    if (object.is_object()) return object;
    faults.push_back(path + " must be one JSON object with flags as keys");
  } catch (const json::parse_error& error) {
    // The exception's own text quotes the file, which may hold secrets.
    const auto end = std::min(error.byte, text.size());
    const auto lines =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    faults.push_back(path + " is not valid JSON, line " + std::to_string(lines + 1));
  }
  return nullptr;
}

const Flag* FindFlag(const std::vector<FlagGroup>& flags, std::string_view name) {
  for (const FlagGroup& group : flags) {
    for (const Flag& flag : group.flags) {
      if (flag.name == name) return &flag;
    }
  }
  return nullptr;
}

/// The text of a member that is of the flag's form, or null.
std::optional<std::vector<std::string>> Texts(Form form, const json& value) {
  if (form == Form::kSwitch) {
    if (!value.is_boolean()) return std::nullopt;
    return {{value.get<bool>() ? "true" : "false"}};
  }
  if (form == Form::kValue) {
    if (value.is_string()) return {{value.get<std::string>()}};
    if (value.is_number()) return {{value.dump()}};
    return std::nullopt;
  }
  if (!value.is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& element : value) {
    if (!element.is_string()) return std::nullopt;
    texts.push_back(element.get<std::string>());
  }
  return texts;
}

std::string_view RuleOf(Form form) {
  switch (form) {
    case Form::kValue:
      return " must be a string or a number";
    case Form::kList:
      return " must be an array of strings";
    case Form::kSwitch:
      return " must be true or false";
  }
  return {};
}

}  // namespace

Settings ReadConfigFile(const std::vector<FlagGroup>& flags, const std::string& path,
                        Errors& faults) {
  Settings settings;
  const auto text = ReadFile(path, kMaxFileBytes);
  if (!text) {
    faults.push_back("the config file " + text.error());
    return settings;
  }
  const json object = ParseObject(path, *text, faults);
  for (const auto& [key, value] : object.items()) {
    const std::string source = "key " + Quoted(key) + " in " + path;
    const Flag* const flag = FindFlag(flags, key);
    if (flag == nullptr || flag->name == "config") {
      faults.push_back(source + " is not a flag that a config file may set");
    } else if (auto texts = Texts(flag->target.form, value)) {
      settings.emplace(key, Setting{.source = source, .values = *std::move(texts)});
    } else {
      faults.push_back(source + std::string(RuleOf(flag->target.form)));
    }
  }
  return settings;
}

}  // namespace gateway
