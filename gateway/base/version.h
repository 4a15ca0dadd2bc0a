// The version that this binary was built as: the CMake project's.
#pragma once

#include <string_view>

namespace gateway {

std::string_view Version();

}  // namespace gateway
