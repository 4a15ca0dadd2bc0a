// A free port of 127.0.0.1. Another process might take it before it is used; none has a reason to.
#pragma once

#include <cstdint>

#include "tests/support/scripted_upstream.h"

namespace gateway {

inline std::uint16_t FreePort() { return ScriptedUpstream().port(); }

}  // namespace gateway
