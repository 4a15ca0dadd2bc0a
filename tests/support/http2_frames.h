// HTTP/2 frames written by hand (RFC 9113, section 4.1), and what a scripted server does with them.
//
// Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/base/http_message.h"
#include "tests/support/scripted_upstream.h"

namespace gateway::http2 {

enum class Type : char {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPing = 6,
  kGoAway = 7,
  kContinuation = 9
};

/// What a client says before its first frame.
inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

inline constexpr char kAck = 1;
inline constexpr char kEndStream = 1;
inline constexpr char kEndHeaders = 4;
inline constexpr std::uint32_t kMaxConcurrentStreams = 3;
inline constexpr std::uint32_t kNoError = 0;
inline constexpr std::uint32_t kInternalError = 2;
inline constexpr std::uint32_t kRefusedStream = 7;
inline constexpr std::uint32_t kCancel = 8;

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

/// HPACK's integer with a prefix of 7 bits: the length of a string without Huffman coding.
inline std::string HpackLength(std::size_t length) {
  constexpr std::size_t kPrefix = 127;
  if (length < kPrefix) return {static_cast<char>(length)};
  std::string bytes(1, kPrefix);
  for (length -= kPrefix; length >= 128; length /= 128) {
    bytes += static_cast<char>(128 + length % 128);
  }
  return bytes + static_cast<char>(length);
}

/// HPACK's literal that is never indexed, with a literal name.
inline std::string HpackHeader(const Header& header) {
  constexpr char kNeverIndexed = 0x10;
  return kNeverIndexed + HpackLength(header.name.size()) + header.name +
         HpackLength(header.value.size()) + header.value;
}

/// The header block of a gRPC call, to which headers can be appended.
inline std::string GrpcHeaders(const std::string& path) {
  std::string block;
  for (const Header& header : Headers{{":method", "POST"},
                                      {":scheme", "http"},
                                      {":path", path},
                                      {":authority", "test"},
                                      {"content-type", "application/grpc"},
                                      {"te", "trailers"}}) {
    block += HpackHeader(header);
  }
  return block;
}

/// The frames of a header block of any size. The stream goes on.
inline std::string HeaderFrames(std::uint32_t stream, const std::string& block) {
  constexpr std::size_t kMaxFrameBytes = 16 << 10;
  std::string frames;
  for (std::size_t at = 0; at < block.size(); at += kMaxFrameBytes) {
    const bool is_last = at + kMaxFrameBytes >= block.size();
    frames += Frame(at == 0 ? Type::kHeaders : Type::kContinuation, is_last ? kEndHeaders : 0,
                    stream, block.substr(at, kMaxFrameBytes));
  }
  return frames;
}

/// The DATA frame that carries a whole gRPC message and ends the stream.
inline std::string GrpcMessage(std::uint32_t stream, const std::string& message) {
  const std::string prefix = std::string(1, '\0') + Bytes(message.size(), 4);
  return Frame(Type::kData, kEndStream, stream, prefix + message);
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
