// Amounts of bytes as people write them.
//
// Pure functions.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace gateway::attacks {

inline constexpr std::size_t kKiB = std::size_t{1} << 10;
inline constexpr std::size_t kMiB = std::size_t{1} << 20;

inline std::string BytesText(std::size_t bytes) {
  return bytes < kMiB ? fmt::format("{} KiB", bytes / kKiB) : fmt::format("{} MiB", bytes / kMiB);
}

}  // namespace gateway::attacks
