// For what happens on other threads soon, and says to nobody that it has.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace gateway {

/// Whether the condition comes to hold.
inline bool Eventually(const std::function<bool()>& condition) {
  constexpr std::chrono::seconds kPatience{10};
  constexpr std::chrono::milliseconds kPause{1};
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

}  // namespace gateway
