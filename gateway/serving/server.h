// The gateway at work: listeners, the gRPC server, its threads and the upstream's loops.
//
// Not thread-safe; used on main's thread only. Drain follows the shutdown order of
// gateway/README.md; destruction drains too if Drain was not called.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/config/config.h"
#include "gateway/serving/app.h"
#include "gateway/serving/upstream_loops.h"

namespace gateway {

class Server {
 public:
  /// How often files are checked. A change must be seen within 10 s, on slow disks too.
  static constexpr std::chrono::milliseconds kFileInterval{2'000};

  /// Listens and serves. `api` must outlive the server, which reloads its credentials. Errors here
  /// are the machine's, not the configuration's: a port in use, a path that cannot be bound (exit
  /// code 1).
  static tl::expected<std::unique_ptr<Server>, Errors> Start(
      const Config& config, const App& api, UpstreamHooks hooks = {},
      std::chrono::milliseconds file_interval = kFileInterval);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where it listens, in the order of `--listen`, with the ports that were bound.
  [[nodiscard]] const std::vector<std::string>& addresses() const;

  /// `host:port` of the admin listener; empty without one, and after Drain.
  [[nodiscard]] std::string admin_address() const;

  /// Refuses new work, lets running calls end within `--drain-timeout`, cancels the rest, stops.
  /// Returns when nothing is running.
  void Drain();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
