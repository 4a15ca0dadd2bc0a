// Random choices that a seed and a number make, whatever thread asks and in whatever order. A value
// of one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace gateway::chaos {

class SeededRandom {
 public:
  SeededRandom(std::uint64_t seed, std::uint64_t number)
      : engine_(static_cast<std::uint32_t>((seed + 1) * 0x9E3779B97F4A7C15U >> 32U) ^
                static_cast<std::uint32_t>(number * 0xD1342543DE82EF95U >> 29U)) {
    engine_.discard(4);  // Neighbouring seeds begin alike.
  }

  /// Uniform, both ends included.
  template <class Int>
  Int Between(Int low, Int high) {
    return std::uniform_int_distribution<Int>(low, high)(engine_);
  }
  std::chrono::milliseconds Between(std::chrono::milliseconds low, std::chrono::milliseconds high) {
    return std::chrono::milliseconds(Between(low.count(), high.count()));
  }
  bool Percent(int chance) { return Between(1, 100) <= chance; }

  /// One entry of a table, by its `weight`.
  template <class Table>
  const auto& Pick(const Table& table) {
    int total = 0;
    for (const auto& entry : table) total += entry.weight;
    int ticket = Between(1, total);
    const auto* picked = &table[0];
    for (const auto& entry : table) {
      picked = &entry;
      ticket -= entry.weight;
      if (ticket <= 0) break;
    }
    return *picked;
  }

 private:
  std::minstd_rand engine_;
};

}  // namespace gateway::chaos
