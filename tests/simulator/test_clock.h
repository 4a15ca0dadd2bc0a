// A clock that stands still until a test moves it.
#pragma once

#include "tests/simulator/run.h"

namespace extend_simulator {

class TestClock {
 public:
  void Pass(std::chrono::milliseconds time) { time_ += time; }
  Now Function() {
    return [this] { return time_; };
  }

 private:
  Time time_{std::chrono::sys_days{std::chrono::year{2026} / 2 / 9} + std::chrono::hours{16}};
};

}  // namespace extend_simulator
