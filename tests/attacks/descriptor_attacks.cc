// Connections until the gateway has no file descriptor left.
#include <fmt/format.h>

#include <memory>

#include "tests/attacks/families.h"

namespace gateway::attacks {
namespace {

using namespace http2;

/// What the gateway may still open when the attack begins.
constexpr int kSpare = 16;
constexpr int kConnections = 32;

Outcome TakeAllDescriptors(const Target& target) {
  const Descriptors open = target.process.CountDescriptors(0);
  target.process.LimitDescriptors(open.upstream + open.other + kSpare);
  std::vector<std::unique_ptr<Client>> connections;
  while (connections.size() < kConnections) {
    connections.push_back(std::make_unique<Client>(target.address));
    connections.back()->Write(kPreface, target.is_over);
  }
  while (connections.front()->Read(target.is_over)) {
  }
  return {.seen = fmt::format("{} connections, {} descriptors", kConnections, kSpare)};
}

}  // namespace

std::vector<Attack> DescriptorAttacks() {
  return {{.name = "no-descriptors", .run = TakeAllDescriptors}};
}

}  // namespace gateway::attacks
