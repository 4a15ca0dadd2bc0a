// Names to values, for names that are known beforehand: a hash table that compares names of up to
// 16 bytes as two words, without a loop or a call.
//
// Const after construction and thread-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway {

template <class Value>
class NameTable {
 public:
  NameTable() : NameTable(std::vector<std::pair<std::string, Value>>{}) {}

  /// Of equal names the first stays.
  explicit NameTable(const std::vector<std::pair<std::string, Value>>& names) {
    const std::size_t size = std::bit_ceil(names.size() * kSlotsPerName + 1);
    slots_.resize(size);
    mask_ = size - 1;
    for (const auto& [name, value] : names) {
      std::size_t i = Start(Words(name));
      while (slots_[i].used && slots_[i].name != name) i = (i + 1) & mask_;
      if (!slots_[i].used) slots_[i] = {Words(name), true, name, value};
    }
  }

  /// Null if there is none.
  [[nodiscard]] const Value* Find(std::string_view name) const {
    const WordPair words = Words(name);
    for (std::size_t i = Start(words);; i = (i + 1) & mask_) {
      const Slot& slot = slots_[i];
      if (!slot.used) return nullptr;
      if (slot.words == words && slot.name.size() == name.size() &&
          (name.size() <= 2 * sizeof(std::uint64_t) || slot.name == name)) {
        return &slot.value;
      }
    }
  }

 private:
  // Sparse, as misses are as common as hits in an API that grows.
  static constexpr std::size_t kSlotsPerName = 4;

  struct WordPair {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    bool operator==(const WordPair&) const = default;
  };
  struct Slot {
    WordPair words;
    bool used = false;
    std::string name;
    Value value{};
  };

  template <class Word>
  static std::uint64_t Load(const char* bytes) {
    Word word;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
  }

  // The first and last 8 (or 4, or 1) bytes: with the length they tell names of up to 16 bytes
  // apart.
  static WordPair Words(std::string_view name) {
    const char* const begin = name.data();
    const std::size_t size = name.size();
    if (size >= 8) return {Load<std::uint64_t>(begin), Load<std::uint64_t>(begin + size - 8)};
    if (size >= 4) return {Load<std::uint32_t>(begin), Load<std::uint32_t>(begin + size - 4)};
    if (size == 0) return {};
    return {Load<std::uint8_t>(begin) | Load<std::uint8_t>(begin + size / 2) << 8,
            Load<std::uint8_t>(begin + size - 1)};
  }

  [[nodiscard]] std::size_t Start(const WordPair& words) const {
    const std::uint64_t mixed =
        (words.head * 0x9E3779B97F4A7C15U) ^ (words.tail * 0xC2B2AE3D27D4EB4FU);
    return static_cast<std::size_t>(mixed >> 32) & mask_;
  }

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
};

}  // namespace gateway
