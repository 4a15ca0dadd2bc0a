// extend-attacks: each known way to harm a gRPC server from outside, against a gateway of its own,
// and what another caller, the gateway's memory and its listener make of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/attacks/families.h"
#include "tests/attacks/report.h"
#include "tests/attacks/trial.h"
#include "tests/simulator/http_server.h"

namespace gateway::attacks {
namespace {

constexpr int kBadInput = 2;

struct Flags {
  std::string gateway;
  std::vector<std::string> names;
  double seconds = 2;
  std::string tsv;
};

std::vector<Attack> AllAttacks() {
  std::vector<Attack> all;
  for (const auto family : {HeaderAttacks, StreamAttacks, MetadataAttacks, DescriptorAttacks}) {
    std::ranges::move(family(), std::back_inserter(all));
  }
  return all;
}

/// From what `extend-gateway version` prints: "… gRPC/1.51.1 …". Empty: it names none.
std::string GrpcOf(const std::string& program) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(
      popen(("'" + program + "' version").c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> buffer{};
  while (output && std::fgets(buffer.data(), buffer.size(), output.get()) != nullptr) {
    text += buffer.data();
  }
  constexpr std::string_view kName = "gRPC/";
  const std::size_t at = text.find(kName);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + kName.size();
  return text.substr(begin, text.find_first_not_of("0123456789.", begin) - begin);
}

int Run(const Flags& flags, const std::vector<Attack>& attacks) {
  const std::string grpc = GrpcOf(flags.gateway);
  if (grpc.empty()) {
    fmt::print(stderr, "extend-attacks: '{} version' names no gRPC: is it the gateway's program?\n",
               flags.gateway);
    return kBadInput;
  }
  extend_simulator::Simulator simulator({}, [] { return std::chrono::system_clock::now(); });
  const extend_simulator::HttpServer upstream({}, simulator);
  const auto milliseconds = std::chrono::milliseconds(static_cast<long>(flags.seconds * 1000));
  const Surroundings surroundings{.gateway = flags.gateway,
                                  .upstream_url = upstream.url(),
                                  .rest = milliseconds / 2,
                                  .attack = milliseconds};
  Report report(grpc, flags.tsv);
  for (const Attack& attack : attacks) {
    const bool is_chosen = std::ranges::find(flags.names, attack.name) != flags.names.end();
    if (flags.names.empty() || is_chosen) report.Add(attack, RunTrial(attack, surroundings));
  }
  return report.Finish() ? 0 : 1;
}

int Main(int argc, char** argv) {
  const std::vector<Attack> attacks = AllAttacks();
  std::vector<std::string> names;
  std::ranges::transform(attacks, std::back_inserter(names), &Attack::name);
  Flags flags;
  CLI::App app{"Attacks a gateway in every known way, beside an honest caller"};
  app.add_option("--gateway", flags.gateway, "the gateway's binary")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--attack", flags.names, "only this one; repeatable")->check(CLI::IsMember(names));
  app.add_option("--seconds", flags.seconds, "how long each attack lasts, at most")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str()
      ->take_last();
  app.add_option("--tsv", flags.tsv, "compare with this file of the last run, and replace it")
      ->take_last();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadInput;
  }
  return Run(flags, attacks);
}

}  // namespace
}  // namespace gateway::attacks

int main(int argc, char** argv) { return gateway::attacks::Main(argc, argv); }
