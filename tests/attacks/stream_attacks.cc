// Streams that cost the attacker nothing: reset at once, refused, or more than are allowed.
#include <fmt/format.h>

#include "tests/attacks/calls.h"
#include "tests/attacks/families.h"

namespace gateway::attacks {
namespace {

using namespace http2;

/// So many go out in one piece.
constexpr std::uint32_t kBatch = 100;
/// Of a round.
constexpr std::uint32_t kMostStreams = 1'000'000;

/// The frames of one stream.
using StreamFrames = std::function<std::string(std::uint32_t stream)>;

Outcome Flood(const StreamFrames& frames, Client::Incoming incoming, const Target& target) {
  Client client(target.address, incoming);
  bool is_open =
      client.Write(std::string(kPreface) + Frame(Type::kSettings, 0, 0, ""), target.is_over);
  std::uint32_t streams = 0;
  while (is_open && streams < kMostStreams) {
    std::string batch;
    for (std::uint32_t i = 0; i < kBatch; ++i) batch += frames(2 * streams++ + 1);
    is_open = client.Write(batch, target.is_over);
  }
  return {.seen = fmt::format("{} {} streams", client.has_ended() ? "cut off within" : "took",
                              streams)};
}

std::string HeadersOf(std::uint32_t stream, const std::string& block) {
  return Frame(Type::kHeaders, kEndHeaders, stream, block);
}

std::string ResetOf(std::uint32_t stream) {
  return Frame(Type::kReset, 0, stream, Bytes(kCancel, 4));
}

Attack Make(const char* name, StreamFrames frames, Client::Incoming incoming,
            std::vector<std::string> flags = {}) {
  return {.name = name,
          .run = [frames = std::move(frames),
                  incoming](const Target& target) { return Flood(frames, incoming, target); },
          .flags = std::move(flags)};
}

}  // namespace

std::vector<Attack> StreamAttacks() {
  const std::string sound = GrpcHeaders(kMethod);
  const std::string unknown = GrpcHeaders("/extend.v1.SplitRunService/Unknown");
  const std::string no_grpc = HpackHeader({":method", "GET"}) + HpackHeader({":scheme", "http"}) +
                              HpackHeader({":path", "/"}) + HpackHeader({":authority", "test"});
  const std::string message = RequestOfCall().SerializeAsString();
  const StreamFrames reset = [=](std::uint32_t stream) {
    return HeadersOf(stream, sound) + ResetOf(stream);
  };
  const StreamFrames reset_call = [=](std::uint32_t stream) {
    return HeadersOf(stream, sound) + GrpcMessage(stream, message) + ResetOf(stream);
  };
  const StreamFrames refused_method = [=](std::uint32_t stream) {
    return HeadersOf(stream, unknown) + GrpcMessage(stream, message);
  };
  const StreamFrames refused_request = [=](std::uint32_t stream) {
    return Frame(Type::kHeaders, kEndHeaders | kEndStream, stream, no_grpc);
  };
  const StreamFrames open = [=](std::uint32_t stream) { return HeadersOf(stream, sound); };
  using enum Client::Incoming;
  return {
      Make("rapid-reset", reset, kDropped),
      Make("rapid-reset-of-calls", reset_call, kDropped),
      Make("refused-method", refused_method, kDropped),
      Make("refused-request", refused_request, kDropped),
      // Refusals that nobody reads must not pile up in the gateway.
      Make("unread-refusals", refused_method, kUnread),
      Make("too-many-streams", open, kDropped, {"--max-in-flight=100"}),
  };
}

}  // namespace gateway::attacks
