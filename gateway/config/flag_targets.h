// How an entry of the table of flags stores its values: for flags.cc and client_flags.cc only.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gateway/config/flag_values.h"
#include "gateway/config/flags.h"

namespace gateway {

template <class Owner>
Owner& PartOf(CommandLine& line) {
  if constexpr (std::is_same_v<Owner, Config>) {
    return line.config;
  } else {
    return line;
  }
}

/// A member that the last stage of parsing assigns.
template <class Owner, class T, class Parse>
Target Value(T Owner::* member, Parse parse) {
  return {.form = Form::kValue,
          .set = [member, parse](CommandLine& line,
                                 const std::string& text) -> std::optional<std::string> {
            auto value = parse(text);
            if (!value) return value.error();
            PartOf<Owner>(line).*member = *std::move(value);
            return std::nullopt;
          }};
}

template <class Owner, class T, class Parse>
Target List(std::vector<T> Owner::* member, Parse parse) {
  return {.form = Form::kList,
          .set = [member, parse](CommandLine& line,
                                 const std::string& text) -> std::optional<std::string> {
            auto value = parse(text);
            if (!value) return value.error();
            (PartOf<Owner>(line).*member).push_back(*std::move(value));
            return std::nullopt;
          },
          .clear = [member](CommandLine& line) { (PartOf<Owner>(line).*member).clear(); }};
}

inline Target Switch(bool Config::* member) {
  Target target = Value(member, ParseSwitch);
  target.form = Form::kSwitch;
  return target;
}

inline Target Count(int Config::* member, int least, int most) {
  return Value(member,
               [least, most](const std::string& text) { return ParseCount(text, least, most); });
}

/// A region that was asked for must exist, the default one need not.
inline Target Region() {
  Target target = Value(&Config::region, ParseName);
  target.set = [set = std::move(target.set)](CommandLine& line, const std::string& text) {
    line.config.region_given = true;
    return set(line, text);
  };
  return target;
}

/// Read before all other flags: see settings.h.
inline Target ConfigFile() {
  return {.set = [](CommandLine&, const std::string& text) -> std::optional<std::string> {
    const auto path = ParsePath(text);
    return path ? std::nullopt : std::optional(path.error());
  }};
}

}  // namespace gateway
