// The gateway under callgrind, for the scenario of whole calls: the server as main.cc starts it,
// but told by peer.cc when to dump what was counted.
//
// Reads lines. The first is the upstream's URL, answered with the gateway's own address. Each that
// follows names the dump of what was counted since the one before, and is repeated when that is
// written. Ends with its input.
#include <valgrind/callgrind.h>

#include <iostream>
#include <string>

#include "gateway/serving/app.h"
#include "gateway/serving/server.h"
#include "gateway/telemetry/logging.h"

int main() {
  using namespace gateway;
  Config config;
  config.listen = {{.host = "127.0.0.1", .port = 0}};
  config.admin_listen.reset();
  config.auth = Auth::kGateway;
  config.api_key = "test-key";
  if (!std::getline(std::cin, config.upstream_url)) return 1;
  SetUpLogging(config.log_level, config.log_format);
  const auto api = App::Compile(config);
  if (!api) {
    std::cerr << api.error().front() << '\n';
    return 2;
  }
  // What happens as time passes is not part of a call.
  constexpr std::chrono::hours kNever{24};
  const auto server = Server::Start(config, **api, {}, kNever);
  if (!server) {
    std::cerr << server.error().front() << '\n';
    return 1;
  }
  std::cout << (*server)->addresses().front() << std::endl;
  for (std::string name; std::getline(std::cin, name);) {
    CALLGRIND_DUMP_STATS_AT(name.c_str());
    std::cout << name << std::endl;
  }
  return 0;
}
