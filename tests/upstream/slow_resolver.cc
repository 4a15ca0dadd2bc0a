#include "tests/upstream/slow_resolver.h"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string_view>

namespace gateway {
namespace {

struct State {
  std::mutex mutex;
  std::condition_variable changed;
  bool blocking = false;
  int lookups = 0;
};

/// Never destroyed: a detached resolver thread may outlive main.
State& TheState() {
  static State* const state = new State;
  return *state;
}

}  // namespace

SlowResolver::SlowResolver() {
  const std::lock_guard lock(TheState().mutex);
  TheState().blocking = true;
}

SlowResolver::~SlowResolver() {
  std::unique_lock lock(TheState().mutex);
  TheState().blocking = false;
  TheState().changed.notify_all();
  TheState().changed.wait(lock, [] { return TheState().lookups == 0; });
}

void SlowResolver::AwaitLookup() {
  std::unique_lock lock(TheState().mutex);
  TheState().changed.wait(lock, [] { return TheState().lookups > 0; });
}

}  // namespace gateway

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto original = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node == nullptr || std::string_view(node) != gateway::SlowResolver::kSlowName) {
    return original(node, service, hints, result);
  }
  gateway::State& state = gateway::TheState();
  std::unique_lock lock(state.mutex);
  ++state.lookups;
  state.changed.notify_all();
  state.changed.wait(lock, [&] { return !state.blocking; });
  --state.lookups;
  state.changed.notify_all();
  return EAI_NONAME;
}
