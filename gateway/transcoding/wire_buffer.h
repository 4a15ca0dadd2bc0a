// Protobuf wire bytes, written from front to back although the length of a message stands before
// it.
//
// A length takes one byte at first. A message that turns out longer than 127 bytes leaves a note,
// and Finish puts the longer lengths in while it copies: linear in the output, whatever the depth.
//
// Used by one thread. The memory stays for the next document until Shrink.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

/// Field number and wire type, encoded.
struct WireTag {
  char bytes[8] = {};
  std::uint8_t size = 0;
};

class WireBuffer {
 public:
  /// A length-delimited field that is being written.
  struct Nested {
    std::size_t tag_begin;
    std::size_t begin;
    std::size_t note;
    std::size_t inserted_before;
  };

  /// Forgets the last document.
  void Clear();
  /// Gives memory beyond `retained` bytes back.
  void Shrink(std::size_t retained);

  void Tag(const WireTag& tag) {
    Reserve(sizeof(tag.bytes));
    std::memcpy(bytes_.data() + size_, tag.bytes, sizeof(tag.bytes));
    size_ += tag.size;
  }
  void Varint(std::uint64_t value) {
    Reserve(kMaxVarintBytes);
    char* out = bytes_.data() + size_;
    for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
    *out++ = static_cast<char>(value);
    size_ = static_cast<std::size_t>(out - bytes_.data());
  }
  /// Little-endian, as the wire has it.
  template <class Integer>
  void Fixed(Integer value) {
    static_assert(std::endian::native == std::endian::little);
    Reserve(sizeof(value));
    std::memcpy(bytes_.data() + size_, &value, sizeof(value));
    size_ += sizeof(value);
  }
  void Raw(std::string_view bytes) {
    Reserve(bytes.size());
    std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void String(std::string_view text) {
    Varint(text.size());
    Raw(text);
  }

  Nested Open(const WireTag& tag) {
    Nested nested{size_, 0, notes_.size(), inserted_};
    Tag(tag);
    Reserve(1);
    nested.begin = ++size_;
    notes_.push_back({nested.begin, 0});
    return nested;
  }
  void Close(const Nested& nested) {
    const std::size_t length = size_ - nested.begin + (inserted_ - nested.inserted_before);
    if (length < 0x80) {
      // Nothing inside left a note either.
      bytes_[nested.begin - 1] = static_cast<char>(length);
      notes_.pop_back();
    } else {
      NoteLength(nested, length);
    }
  }
  /// Drops the field, tag included.
  void Cancel(const Nested& nested) {
    size_ = nested.tag_begin;
    notes_.resize(nested.note);
    inserted_ = nested.inserted_before;
  }
  [[nodiscard]] bool IsEmpty(const Nested& nested) const { return size_ == nested.begin; }

  [[nodiscard]] std::string Finish() const;

 private:
  static constexpr std::size_t kMaxVarintBytes = 10;

  // The length of a message that begins at `position` and whose length does not fit in one byte.
  struct Note {
    std::size_t position;
    std::size_t length;
  };

  void Reserve(std::size_t count) {
    if (bytes_.size() - size_ < count) Grow(count);
  }
  void Grow(std::size_t count);
  void NoteLength(const Nested& nested, std::size_t length);

  std::vector<char> bytes_;  // its size is the capacity
  std::size_t size_ = 0;
  std::vector<Note> notes_;   // by position
  std::size_t inserted_ = 0;  // bytes that Finish will add for the lengths noted so far
};

}  // namespace gateway
