// What the sanitizers are told by environment, for programs that a test starts with an environment
// of its own.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

namespace gateway {

/// `NAME=value` of those that are set in this process.
inline std::vector<std::string> SanitizerVariables() {
  std::vector<std::string> variables;
  for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any.
    if (value != nullptr) variables.push_back(std::string(name) + "=" + value);
  }
  return variables;
}

}  // namespace gateway
