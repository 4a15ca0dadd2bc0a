#include "gateway/json/wire_buffer.h"

#include <algorithm>
#include <utility>

namespace gateway {
namespace {

constexpr std::size_t kFirstCapacity = 4096;

}  // namespace

void WireBuffer::Clear(std::size_t expected) {
  size_ = 0;
  inserted_ = 0;
  notes_.clear();
  if (bytes_.capacity() >= expected) return;
  std::string().swap(bytes_);
  bytes_.reserve(expected);
}

void WireBuffer::Shrink() {
  // An assignment would keep the memory.
  if (bytes_.capacity() > kMaxRetainedBytes) std::string().swap(bytes_);
  if (notes_.capacity() * sizeof(Note) > kMaxRetainedBytes) std::vector<Note>().swap(notes_);
}

void WireBuffer::Grow(std::size_t count) {
  // Within what is reserved in steps: only what is written takes memory.
  const std::size_t needed = size_ + count;
  const std::size_t step = std::max({bytes_.size() * 2, needed, kFirstCapacity});
  bytes_.resize(needed <= bytes_.capacity() ? std::min(step, bytes_.capacity()) : step);
}

void WireBuffer::NoteLength(const Nested& nested, std::size_t length) {
  notes_[nested.note].length = length;
  char encoded[kMaxVarintBytes];
  inserted_ += static_cast<std::size_t>(PutVarint(length, encoded) - encoded) - 1;
}

std::string WireBuffer::Finish() {
  if (size_ + inserted_ <= kMaxRetainedBytes) return Copy();
  SpreadInPlace();
  return std::exchange(bytes_, {});
}

std::string WireBuffer::Copy() const {
  std::string wire;
  wire.reserve(size_ + inserted_);
  std::size_t copied = 0;
  for (const Note& note : notes_) {
    wire.append(bytes_.data() + copied, note.position - 1 - copied);
    char encoded[kMaxVarintBytes];
    wire.append(encoded, PutVarint(note.length, encoded));
    copied = note.position;
  }
  wire.append(bytes_.data() + copied, size_ - copied);
  return wire;
}

// From the end, so that nothing is overwritten before it has moved.
void WireBuffer::SpreadInPlace() {
  bytes_.resize(size_ + inserted_);
  std::size_t end = size_;
  std::size_t out = bytes_.size();
  for (auto note = notes_.rbegin(); note != notes_.rend(); ++note) {
    const std::size_t count = end - note->position;
    out -= count;
    std::memmove(bytes_.data() + out, bytes_.data() + note->position, count);
    char encoded[kMaxVarintBytes];
    const auto length = static_cast<std::size_t>(PutVarint(note->length, encoded) - encoded);
    out -= length;
    std::memcpy(bytes_.data() + out, encoded, length);
    end = note->position - 1;
  }
}

}  // namespace gateway
