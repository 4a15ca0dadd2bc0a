// The part of the table of flags that is of call, health and wait: for flags.cc only.
#pragma once

#include <vector>

#include "gateway/config/flags.h"

namespace gateway {

std::vector<FlagGroup> ClientFlagGroups();

}  // namespace gateway
