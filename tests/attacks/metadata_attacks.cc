// Metadata that the gateway must refuse, in one call of a connection that has another call: only
// the one may fail.
#include <fmt/format.h>

#include "tests/attacks/amount.h"
#include "tests/attacks/calls.h"
#include "tests/attacks/families.h"
#include "tests/attacks/stream_results.h"

namespace gateway::attacks {
namespace {

using namespace http2;

constexpr std::uint32_t kNeighbour = 1;
constexpr std::uint32_t kBad = 3;
constexpr const char* kOk = "OK";
constexpr const char* kExhausted = "RESOURCE_EXHAUSTED";

/// When the client acknowledges the server's SETTINGS, which tell its limits.
enum class Acknowledges { kFirst, kNever };

/// Reads until the stream or the connection has ended.
std::string Await(std::uint32_t stream, Client& client, StreamResults& results,
                  const Target& target) {
  while (results.Of(stream).empty()) {
    const auto frame = client.Read(target.is_over);
    if (!frame) break;
    results.Add(*frame);
  }
  if (!results.Of(stream).empty()) return results.Of(stream);
  return client.has_ended() ? "the connection's end" : "nothing";
}

void AwaitSettings(Client& client, const Target& target) {
  while (const auto frame = client.Read(target.is_over)) {
    if (frame->type == Type::kSettings && (frame->flags & kAck) == 0) return;
  }
}

/// The neighbour's call begins before the bad one and is completed after it.
Outcome CallBesideAnother(const Header& bad, Acknowledges acknowledges, const std::string& expected,
                          const Target& target) {
  const std::string message = RequestOfCall().SerializeAsString();
  Client client(target.address);
  StreamResults results;
  const auto write = [&](const std::string& bytes) { client.Write(bytes, target.is_over); };
  write(std::string(kPreface) + Frame(Type::kSettings, 0, 0, ""));
  if (acknowledges == Acknowledges::kFirst) {
    AwaitSettings(client, target);
    write(Frame(Type::kSettings, kAck, 0, ""));
  }
  write(HeaderFrames(kNeighbour, GrpcHeaders(kMethod)));
  write(HeaderFrames(kBad, GrpcHeaders(kMethod) + HpackHeader(bad)) + GrpcMessage(kBad, message));
  const std::string bad_result = Await(kBad, client, results, target);
  write(GrpcMessage(kNeighbour, message));
  const std::string result = Await(kNeighbour, client, results, target);
  return {.seen = fmt::format("got {}, its neighbour {}", bad_result, result),
          .is_contained = result == kOk && (expected.empty() || bad_result == expected)};
}

Attack Make(const std::string& name, const Header& bad, Acknowledges acknowledges,
            const std::string& expected = "") {
  // gRPC 1.51.1 ends the connection where it applies its own limit; ours ends the call.
  const bool is_grpcs = acknowledges == Acknowledges::kFirst;
  return {.name = name,
          .old_base = is_grpcs ? OldBase::kHarmsItsConnection : OldBase::kHolds,
          .run = [=](const Target& target) {
            return CallBesideAnother(bad, acknowledges, expected, target);
          }};
}

}  // namespace

std::vector<Attack> MetadataAttacks() {
  std::vector<Attack> attacks;
  for (const std::size_t kib : {33U, 40U, 1000U}) {
    const Header large{"x-large", std::string(kib * kKiB, 'a')};
    attacks.push_back(
        Make(fmt::format("metadata-{}k", kib), large, Acknowledges::kFirst, kExhausted));
    attacks.push_back(
        Make(fmt::format("metadata-{}k-before-ack", kib), large, Acknowledges::kNever, kExhausted));
  }
  attacks.push_back(
      Make("bad-binary-metadata", {"x-data-bin", "not base64 !"}, Acknowledges::kFirst));
  return attacks;
}

}  // namespace gateway::attacks
