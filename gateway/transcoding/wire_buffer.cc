#include "gateway/transcoding/wire_buffer.h"

#include <algorithm>

namespace gateway {
namespace {

constexpr std::size_t kFirstCapacity = 4096;

}  // namespace

void WireBuffer::Clear() {
  size_ = 0;
  inserted_ = 0;
  notes_.clear();
}

void WireBuffer::Shrink(std::size_t retained) {
  if (bytes_.size() > retained) bytes_ = {};
  if (notes_.capacity() * sizeof(Note) > retained) notes_ = {};
  Clear();
}

void WireBuffer::Grow(std::size_t count) {
  bytes_.resize(std::max({bytes_.size() * 2, size_ + count, kFirstCapacity}));
}

void WireBuffer::NoteLength(const Nested& nested, std::size_t length) {
  notes_[nested.note].length = length;
  char encoded[kMaxVarintBytes];
  inserted_ += static_cast<std::size_t>(PutVarint(length, encoded) - encoded) - 1;
}

std::string WireBuffer::Finish() const {
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

}  // namespace gateway
