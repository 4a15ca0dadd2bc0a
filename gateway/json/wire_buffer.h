// Protobuf wire bytes, written from front to back although the length of a message stands before
// it.
//
// A length takes one byte at first. A message that turns out longer than 127 bytes leaves a note,
// and Finish puts the longer lengths in: linear in the output, whatever the depth.
//
// Not thread-safe. The memory stays for the next document until Shrink.
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

  /// Forgets the last document. The next one is expected to take up to `expected` bytes: a good
  /// guess saves growing.
  void Clear(std::size_t expected);
  /// Gives back what a large document took.
  void Shrink();

  void Tag(const WireTag& tag) {
    char* const out = Reserve(sizeof(tag.bytes));
    size_ = Offset(PutTag(tag, out));
  }
  void Varint(std::uint64_t value) { size_ = Offset(PutVarint(value, Reserve(kMaxVarintBytes))); }
  /// Little-endian, as the wire has it.
  template <class Integer>
  void Fixed(Integer value) {
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(Reserve(sizeof(value)), &value, sizeof(value));
    size_ += sizeof(value);
  }
  void String(const WireTag& tag, std::string_view text) {
    char* out = Reserve(sizeof(tag.bytes) + kMaxVarintBytes + text.size());
    out = PutVarint(text.size(), PutTag(tag, out));
    PutBytes(text, out);
    size_ = Offset(out) + text.size();
  }

  Nested Open(const WireTag& tag) {
    char* const out = Reserve(sizeof(tag.bytes) + 1);
    const Nested nested{size_, Offset(PutTag(tag, out)) + 1, notes_.size(), inserted_};
    size_ = nested.begin;
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

  /// The bytes. Clear is due before the next document.
  [[nodiscard]] std::string Finish();

 private:
  /// Output up to this is copied out, so that the buffer stays; more is handed out with the buffer.
  static constexpr std::size_t kMaxRetainedBytes = std::size_t{4} << 20;
  static constexpr std::size_t kMaxVarintBytes = 10;

  // The length of a message that begins at `position` and whose length does not fit in one byte.
  struct Note {
    std::size_t position;
    std::size_t length;
  };

  // More than the tag is written, so that the copy is one store.
  static char* PutTag(const WireTag& tag, char* out) {
    std::memcpy(out, tag.bytes, sizeof(tag.bytes));
    return out + tag.size;
  }
  static char* PutVarint(std::uint64_t value, char* out) {
    for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
    *out++ = static_cast<char>(value);
    return out;
  }
  // Short ones without a call: from both ends, so that no byte beyond is touched.
  static void PutBytes(std::string_view bytes, char* out) {
    if (bytes.size() > 32) {
      std::memcpy(out, bytes.data(), bytes.size());
    } else if (bytes.size() >= 16) {
      PutEnds<16>(bytes, out);
    } else if (bytes.size() >= 8) {
      PutEnds<8>(bytes, out);
    } else if (bytes.size() >= 4) {
      PutEnds<4>(bytes, out);
    } else {
      for (const char byte : bytes) *out++ = byte;
    }
  }
  template <std::size_t kCount>
  static void PutEnds(std::string_view bytes, char* out) {
    const std::size_t rest = bytes.size() - kCount;
    std::memcpy(out, bytes.data(), kCount);
    std::memcpy(out + rest, bytes.data() + rest, kCount);
  }
  // The end of what is written, with room for `count` bytes more.
  char* Reserve(std::size_t count) {
    if (bytes_.size() - size_ < count) Grow(count);
    return bytes_.data() + size_;
  }
  [[nodiscard]] std::size_t Offset(const char* end) const {
    return static_cast<std::size_t>(end - bytes_.data());
  }
  void Grow(std::size_t count);
  void NoteLength(const Nested& nested, std::size_t length);
  [[nodiscard]] std::string Copy() const;
  void SpreadInPlace();

  std::string bytes_;  // up to its size it may be written to
  std::size_t size_ = 0;
  std::vector<Note> notes_;   // by position
  std::size_t inserted_ = 0;  // bytes that Finish will add for the lengths noted so far
};

}  // namespace gateway
