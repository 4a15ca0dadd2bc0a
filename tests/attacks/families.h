// All attacks, one function and one file for each family.
//
// Pure functions.
#pragma once

#include <vector>

#include "tests/attacks/attack.h"

namespace gateway::attacks {

/// Header blocks that are long, endless or empty.
std::vector<Attack> HeaderAttacks();
/// Streams that are reset, refused, or too many.
std::vector<Attack> StreamAttacks();
/// Metadata that is too large or malformed, beside a sound call of the same connection.
std::vector<Attack> MetadataAttacks();
/// Connections that take all file descriptors.
std::vector<Attack> DescriptorAttacks();

}  // namespace gateway::attacks
