// The version of this binary, which is the CMake project's. Thread-safe.
#pragma once

#include <string_view>

namespace gateway {

std::string_view Version();

}  // namespace gateway
