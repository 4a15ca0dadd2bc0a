#include "tests/attacks/trial.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "tests/support/free_port.h"
#include "tests/support/open_channel.h"

namespace gateway::attacks {
namespace {

using std::chrono::milliseconds;

/// An attack that costs so much has shown what it does; the machine's memory is not ours alone.
constexpr double kStopMegabytes = 400;
constexpr milliseconds kSampling{10};
constexpr milliseconds kBetweenRounds{10};
constexpr int kMostRounds = 1'000;
constexpr std::chrono::seconds kStart{30};
/// For a caller who connects after the attack.
constexpr std::chrono::seconds kServed{5};

double MegabytesOf(const GatewayProcess& process) {
  return static_cast<double>(process.ResidentSize()) * 1024 / 1e6;
}

/// The most memory that a process has had since this object was made.
class MemoryWatch {
 public:
  explicit MemoryWatch(const GatewayProcess& process)
      : process_(process), before_(MegabytesOf(process)), sampler_([this] { Sample(); }) {}
  ~MemoryWatch() {
    is_over_ = true;
    sampler_.join();
  }
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  [[nodiscard]] double grown() const { return grown_; }

 private:
  void Sample() {
    while (!is_over_) {
      grown_ = std::max(grown_.load(), MegabytesOf(process_) - before_);
      std::this_thread::sleep_for(kSampling);
    }
  }

  const GatewayProcess& process_;
  const double before_;
  std::atomic<double> grown_ = 0;
  std::atomic<bool> is_over_ = false;
  std::thread sampler_;
};

/// Rounds until the target is over. One that was broken off shows nothing, unless it is the only
/// one.
void RunRounds(const Attack& attack, const Target& target, Trial& trial) {
  while (!target.is_over() && trial.rounds < kMostRounds) {
    const Outcome outcome = attack.run(target);
    if (trial.rounds++ > 0 && target.is_over()) return;
    trial.seen = outcome.seen;
    trial.is_contained = trial.is_contained && outcome.is_contained;
    std::this_thread::sleep_for(kBetweenRounds);
  }
}

std::vector<std::string> Arguments(const std::string& address, const Attack& attack,
                                   const Surroundings& surroundings) {
  std::vector<std::string> arguments = {"serve",
                                        "--listen=" + address,
                                        "--admin-listen=off",
                                        "--upstream-url=" + surroundings.upstream_url,
                                        "--log-level=error",
                                        "--log-format=text"};
  arguments.insert(arguments.end(), attack.flags.begin(), attack.flags.end());
  return arguments;
}

}  // namespace

Trial RunTrial(const Attack& attack, const Surroundings& surroundings) {
  const std::string address = "127.0.0.1:" + std::to_string(FreePort());
  const GatewayProcess process(surroundings.gateway, Arguments(address, attack, surroundings),
                               {"EXTEND_API_KEY=attacks",
                                // Limits the streams of a connection too. A flag of an attack wins.
                                "EXTEND_GATEWAY_MAX_IN_FLIGHT=1000"});
  const auto channel = OpenChannel(address);
  Trial trial;
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + kStart)) return trial;
  {
    HonestCalls calls(channel);
    std::this_thread::sleep_for(surroundings.rest);
    trial.at_rest = calls.Finish();
  }
  const MemoryWatch memory(process);
  {
    HonestCalls calls(channel);
    const http2::IsOver time_is_up = http2::After(surroundings.attack);
    RunRounds(attack,
              {.address = address,
               .process = process,
               .is_over = [&] { return time_is_up() || memory.grown() > kStopMegabytes; }},
              trial);
    trial.attacked = calls.Finish();
  }
  trial.is_listening = IsServed(address, kServed);
  trial.is_alive = process.IsRunning();
  trial.grown_megabytes = memory.grown();
  return trial;
}

}  // namespace gateway::attacks
