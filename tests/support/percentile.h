// Pure functions.
#pragma once

#include <cstddef>
#include <vector>

namespace gateway {

/// The sample below which that share of all lies; 1: the largest. There must be one.
template <class T>
T Percentile(const std::vector<T>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace gateway
