#include "gateway/base/config_check.h"

#include <algorithm>

#include "gateway/base/address.h"

namespace gateway {
namespace {

void CheckListeners(const Config& config, const Settings& settings, Faults& faults) {
  const std::string source = SourceOf(settings, "listen");
  const auto found = settings.find("listen");
  if (found != settings.end() && found->second.values.empty()) {
    faults.push_back(source + " must have at least one address");
  }
  for (const std::string& text : config.listen) {
    const auto address = ParseAddress(text, /*allow_port_zero=*/true);
    if (config.insecure || !address || address->IsLocal()) continue;
    faults.push_back(source + " " + Quoted(text) +
                     " is plaintext on an address that is neither loopback nor a socket file: "
                     "must be allowed with --insecure");
  }
}

}  // namespace

Faults CheckConfig(const Config& config, const Settings& settings) {
  Faults faults;
  CheckListeners(config, settings, faults);
  if (settings.contains("upstream-cert") != settings.contains("upstream-key")) {
    const bool cert = settings.contains("upstream-cert");
    faults.push_back(SourceOf(settings, cert ? "upstream-cert" : "upstream-key") + " needs " +
                     (cert ? "--upstream-key" : "--upstream-cert") + " too");
  }
  if (config.retry_initial_backoff > config.retry_max_backoff) {
    faults.push_back(SourceOf(settings, "retry-initial-backoff") +
                     " must not be longer than --retry-max-backoff");
  }
  return faults;
}

}  // namespace gateway
