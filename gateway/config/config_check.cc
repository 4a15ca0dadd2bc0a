#include "gateway/config/config_check.h"

#include <array>
#include <string_view>

#include "gateway/base/address.h"

namespace gateway {
namespace {

struct Needs {
  std::string_view flag;
  std::string_view other;
};
constexpr std::array kNeeds = {
    Needs{"tls-cert", "tls-key"},
    Needs{"tls-key", "tls-cert"},
    Needs{"tls-client-ca", "tls-cert"},
    Needs{"upstream-cert", "upstream-key"},
    Needs{"upstream-key", "upstream-cert"},
    Needs{"tls-client-cert", "tls-client-key"},
    Needs{"tls-client-key", "tls-client-cert"},
    Needs{"tls-client-cert", "tls-ca"},
    Needs{"tls-server-name", "tls-ca"},
};

void CheckListeners(const Config& config, const Settings& settings, Errors& faults) {
  const std::string source = SourceOf(settings, "listen");
  const auto found = settings.find("listen");
  if (found != settings.end() && found->second.values.empty()) {
    faults.push_back(source + " must have at least one address");
  }
  for (const std::string& text : config.listen) {
    const auto address = ParseAddress(text, /*allow_port_zero=*/true);
    if (!config.tls_cert.empty() || config.insecure || !address || address->IsLocal()) continue;
    faults.push_back(source + " " + Quoted(text) +
                     " is plaintext on an address that is neither loopback nor a socket file: "
                     "needs --tls-cert and --tls-key, or must be allowed with --insecure");
  }
}

}  // namespace

Errors CheckPairs(const Settings& settings) {
  Errors faults;
  for (const Needs& rule : kNeeds) {
    if (!settings.contains(rule.flag) || settings.contains(rule.other)) continue;
    faults.push_back(SourceOf(settings, rule.flag) + " needs --" + std::string(rule.other) +
                     " too");
  }
  return faults;
}

Errors CheckConfig(const Config& config, const Settings& settings) {
  Errors faults;
  CheckListeners(config, settings, faults);
  if (config.retry_initial_backoff > config.retry_max_backoff) {
    faults.push_back(SourceOf(settings, "retry-initial-backoff") +
                     " must not be longer than --retry-max-backoff");
  }
  return faults;
}

}  // namespace gateway
