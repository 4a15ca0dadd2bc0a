// Names to values, for names that are known beforehand: a hash table that compares names of up to
// 16 bytes as two words, without a loop or a call.
//
// Const after construction and thread-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway {

/// The first and last 8 (or 4, or 1) bytes of a name. Together with the length they identify names
/// of up to 16 bytes.
struct NameWords {
  explicit NameWords(std::string_view name) {
    const char* const begin = name.data();
    const std::size_t size = name.size();
    if (size >= 8) {
      head = Load<std::uint64_t>(begin);
      tail = Load<std::uint64_t>(begin + size - 8);
    } else if (size >= 4) {
      head = Load<std::uint32_t>(begin);
      tail = Load<std::uint32_t>(begin + size - 4);
    } else if (size > 0) {
      head = Load<std::uint8_t>(begin) | Load<std::uint8_t>(begin + size / 2) << 8;
      tail = Load<std::uint8_t>(begin + size - 1);
    }
  }
  bool operator==(const NameWords&) const = default;

  std::uint64_t head = 0;
  std::uint64_t tail = 0;

 private:
  template <class Word>
  static std::uint64_t Load(const char* bytes) {
    Word word;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
  }
};

class KnownName {
 public:
  explicit KnownName(std::string name) : words_(name), name_(std::move(name)) {}

  [[nodiscard]] const NameWords& words() const { return words_; }
  [[nodiscard]] bool Is(std::string_view name) const { return Is(name, NameWords(name)); }
  /// With the words of `name`.
  [[nodiscard]] bool Is(std::string_view name, const NameWords& words) const {
    return words_ == words && name_.size() == name.size() &&
           (name.size() <= 2 * sizeof(std::uint64_t) || name_ == name);
  }

 private:
  NameWords words_;
  std::string name_;
};

template <class Value>
class NameTable {
 public:
  NameTable() : NameTable(std::vector<std::pair<std::string, Value>>{}) {}

  /// The first of equal names stays.
  explicit NameTable(const std::vector<std::pair<std::string, Value>>& names) {
    const std::size_t size = std::bit_ceil(names.size() * kSlotsPerName + 1);
    slots_.resize(size);
    mask_ = size - 1;
    for (const auto& [name, value] : names) {
      KnownName known(name);
      std::size_t i = Start(known.words());
      while (slots_[i] && !slots_[i]->name.Is(name)) i = (i + 1) & mask_;
      if (!slots_[i]) slots_[i] = {std::move(known), value};
    }
  }

  /// Null if there is none.
  [[nodiscard]] const Value* Find(std::string_view name) const {
    const NameWords words(name);
    for (std::size_t i = Start(words);; i = (i + 1) & mask_) {
      const std::optional<Slot>& slot = slots_[i];
      if (!slot) return nullptr;
      if (slot->name.Is(name, words)) return &slot->value;
    }
  }

 private:
  // Sparse, as misses are as common as hits in an API that grows.
  static constexpr std::size_t kSlotsPerName = 4;

  struct Slot {
    KnownName name;
    Value value;
  };

  [[nodiscard]] std::size_t Start(const NameWords& words) const {
    const std::uint64_t mixed =
        (words.head * 0x9E3779B97F4A7C15U) ^ (words.tail * 0xC2B2AE3D27D4EB4FU);
    return static_cast<std::size_t>(mixed >> 32) & mask_;
  }

  std::vector<std::optional<Slot>> slots_;
  std::size_t mask_ = 0;
};

}  // namespace gateway
