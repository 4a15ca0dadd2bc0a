// HTTP/2 frames written by hand (RFC 9113, section 4.1), and what a scripted server does with them.
//
// Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/scripted_upstream.h"

namespace gateway::http2 {

enum class Type : char {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPing = 6,
  kGoAway = 7
};

inline constexpr char kAck = 1;
inline constexpr char kEndStream = 1;
inline constexpr char kEndHeaders = 4;
inline constexpr std::uint32_t kMaxConcurrentStreams = 3;
inline constexpr std::uint32_t kNoError = 0;
inline constexpr std::uint32_t kInternalError = 2;
inline constexpr std::uint32_t kRefusedStream = 7;

/// In network order.
inline std::string Bytes(std::size_t number, int count) {
  std::string bytes;
  for (int shift = (count - 1) * 8; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>((number >> shift) & 0xff));
  }
  return bytes;
}

/// Type, flags and stream of a frame's header: the part that does not depend on its length.
inline std::string FrameOf(Type type, int flags, std::uint32_t stream) {
  return std::string{static_cast<char>(type), static_cast<char>(flags)} + Bytes(stream, 4);
}

inline std::string Frame(Type type, int flags, std::uint32_t stream, const std::string& payload) {
  return Bytes(payload.size(), 3) + FrameOf(type, flags, stream) + payload;
}

/// What a server says first.
inline Step Hello(std::uint32_t max_streams = 100) {
  return Send(
      Frame(Type::kSettings, 0, 0, Bytes(kMaxConcurrentStreams, 2) + Bytes(max_streams, 4)) +
      Frame(Type::kSettings, kAck, 0, {}));
}
/// The client's request without a body.
inline Step AwaitRequest(std::uint32_t stream) {
  return ReadUntil(FrameOf(Type::kHeaders, kEndHeaders | kEndStream, stream));
}
/// The head of a request with a body.
inline Step AwaitHead(std::uint32_t stream) {
  return ReadUntil(FrameOf(Type::kHeaders, kEndHeaders, stream));
}
/// `:status: 200` is entry 8 of HPACK's static table.
inline Step AnswerOk(std::uint32_t stream) {
  return Send(Frame(Type::kHeaders, kEndHeaders | kEndStream, stream, "\x88"));
}
inline Step ResetStream(std::uint32_t stream, std::uint32_t code) {
  return Send(Frame(Type::kReset, 0, stream, Bytes(code, 4)));
}
inline Step GoAway(std::uint32_t last_stream) {
  return Send(Frame(Type::kGoAway, 0, 0, Bytes(last_stream, 4) + Bytes(0, 4)));
}

}  // namespace gateway::http2
