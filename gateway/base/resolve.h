// The addresses of a host name, by the system's resolver. Thread-safe. Blocks: for the start only.
#pragma once

#include <string>
#include <vector>

namespace gateway {

/// As numbers, those of IPv6 in brackets; none if the name is not known.
std::vector<std::string> Resolve(const std::string& host);

}  // namespace gateway
