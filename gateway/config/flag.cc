#include "gateway/config/flag.h"

#include "gateway/base/ascii.h"

namespace gateway {

std::string_view Flag::name() const {
  const std::string_view name = usage.substr(std::string_view("--").size());
  return name.substr(0, name.find(' '));
}

std::string Flag::variable() const {
  std::string variable = "EXTEND_GATEWAY_";
  for (const char c : name()) variable.push_back(c == '-' ? '_' : ToUpper(c));
  return variable;
}

std::string Flag::default_text() const {
  if (!otherwise.empty()) return std::string(otherwise);
  return store.form == FlagForm::kSwitch ? std::string() : store.text(Configs());
}

}  // namespace gateway
