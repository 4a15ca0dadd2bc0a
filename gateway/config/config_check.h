// The rules that join several flags.
#pragma once

#include "gateway/config/config.h"
#include "gateway/config/settings.h"

namespace gateway {

/// Of every command: flags that mean nothing without another.
Errors CheckPairs(const Settings& settings);

/// Of the server. `settings` tells where the values come from.
Errors CheckConfig(const Config& config, const Settings& settings);

}  // namespace gateway
