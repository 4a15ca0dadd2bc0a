// What a flag is: its names, its help text, and the member of the configuration that it sets.
//
// Plain data with functions that keep no state: built once, then const and thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/config/flag_values.h"

namespace gateway {

/// How many values a flag has.
enum class FlagForm {
  kValue,   ///< One.
  kList,    ///< Any number: repeatable, an array in the file, comma-separated in a variable.
  kSwitch,  ///< None on the command line; true or false elsewhere.
};

/// Where values are stored: flags of serve and check in `server`, those of the others in `client`.
struct Configs {
  Config server;
  ClientConfig client;
};

/// How a flag stores its values.
struct FlagStore {
  using Set = std::function<tl::expected<void, std::string>(Configs&, const std::string&)>;

  FlagForm form = FlagForm::kValue;
  /// Checks one value and stores it, or adds it to a list. The error is the rule that it breaks.
  Set set;
  /// Lists: forgets the default.
  std::function<void(Configs&)> clear = {};
  /// The stored value, or a list's values with commas between them; empty: none.
  std::function<std::string(const Configs&)> text;
};

struct Flag {
  /// `--name` and, but for a switch, what stands for the value in the help text.
  std::string_view usage = {};
  /// What the flag does, and when to use it.
  std::string_view help = {};
  FlagStore store = {};
  /// What happens without the flag, where the member's default does not say so.
  std::string_view otherwise = {};
  /// A variable that other programs of the API read too.
  std::string_view shared_variable = {};
  /// The value may hold a secret: no error shows it.
  bool secret = false;

  /// Without dashes: the key in a config file.
  [[nodiscard]] std::string_view name() const;
  /// EXTEND_GATEWAY_…
  [[nodiscard]] std::string variable() const;
  /// What holds without the flag, for the help text; empty: nothing worth a word.
  [[nodiscard]] std::string default_text() const;
};

struct FlagGroup {
  std::string_view title = {};
  std::vector<Flag> flags = {};
};

/// The part of the configurations that has members of `Owner`, which may be const.
template <class Owner, class Either>
auto& PartOf(Either& configs) {
  if constexpr (std::is_same_v<Owner, Config>) {
    return configs.server;
  } else {
    return configs.client;
  }
}

/// A member that has a value of the flag's kind, or may have one.
template <class Owner, class Member, class T>
FlagStore Stored(Member Owner::* member, const FlagValue<T>& value) {
  FlagStore store;
  if constexpr (std::is_same_v<T, bool>) store.form = FlagForm::kSwitch;
  store.set = [member, parse = value.parse](Configs& configs, const std::string& text) {
    return parse(text).map([&](T parsed) { PartOf<Owner>(configs).*member = std::move(parsed); });
  };
  store.text = [member, format = value.format](const Configs& configs) {
    const Member& stored = PartOf<Owner>(configs).*member;
    if constexpr (std::is_same_v<Member, T>) {
      return format(stored);
    } else {
      return stored ? format(*stored) : std::string();
    }
  };
  return store;
}

/// A member that collects the values of a repeatable flag.
template <class Owner, class T>
FlagStore Stored(std::vector<T> Owner::* member, const FlagValue<T>& value) {
  FlagStore store;
  store.form = FlagForm::kList;
  store.set = [member, parse = value.parse](Configs& configs, const std::string& text) {
    return parse(text).map(
        [&](T parsed) { (PartOf<Owner>(configs).*member).push_back(std::move(parsed)); });
  };
  store.clear = [member](Configs& configs) { (PartOf<Owner>(configs).*member).clear(); };
  store.text = [member, format = value.format](const Configs& configs) {
    std::string text;
    for (const T& item : PartOf<Owner>(configs).*member) {
      text.append(text.empty() ? "" : ",").append(format(item));
    }
    return text;
  };
  return store;
}

}  // namespace gateway
