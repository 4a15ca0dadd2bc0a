// The rules that join several flags.
#pragma once

#include "gateway/base/config.h"
#include "gateway/base/settings.h"

namespace gateway {

/// `settings` tells where the values come from.
Faults CheckConfig(const Config& config, const Settings& settings);

}  // namespace gateway
