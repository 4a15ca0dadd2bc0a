// The gateway's binary as a child process, and what the kernel and its /metrics say of it.
//
// Belongs to one thread. The destructor kills the process, unless it was stopped.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gateway {

struct Descriptors {
  /// Sockets to the upstream's port, also those that it has reset: libcurl notices when it would
  /// use them. Pooled ones, when no call runs.
  int upstream = 0;
  /// All others.
  int other = 0;
};

class GatewayProcess {
 public:
  /// Starts `binary` with these arguments and environment; its standard error is ours. Aborts the
  /// program if that fails.
  GatewayProcess(const std::string& binary, std::vector<std::string> arguments,
                 std::vector<std::string> environment);
  ~GatewayProcess();
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;

  [[nodiscard]] bool IsRunning() const;
  /// From now on it may have no more than so many.
  void LimitDescriptors(int most) const;
  [[nodiscard]] Descriptors CountDescriptors(std::uint16_t upstream_port) const;
  /// In KiB.
  [[nodiscard]] long ResidentSize() const;
  /// Used since its start.
  [[nodiscard]] std::chrono::milliseconds ProcessorTime() const;

  /// SIGTERM, then waits so long: the exit code; nothing if it was killed or does not end.
  std::optional<int> Stop(std::chrono::seconds patience);

 private:
  pid_t pid_ = -1;
};

}  // namespace gateway
