// The commands that talk to nobody: check and version.
//
// Functions without state. They return the process's exit code.
#pragma once

#include <iosfwd>

#include "gateway/config/config.h"

namespace gateway {

/// Prints what `config` would serve, and from where, and returns 0; or prints all its errors and
/// returns kBadInput.
int RunCheck(const Config& config, std::ostream& out, std::ostream& err);

/// Prints the versions of the gateway and of the libraries that it runs with. 0.
int RunVersion(std::ostream& out);

}  // namespace gateway
