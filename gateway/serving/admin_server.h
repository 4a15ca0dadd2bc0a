// The plaintext HTTP listener for probes and metrics: /healthz (alive), /readyz (serving and not
// draining; never asks the upstream), /metrics (Prometheus text).
//
// Not thread-safe: started and destroyed on one thread. The callbacks run on the server's own
// threads and must outlive it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/base/address.h"

namespace gateway {

class AdminServer {
 public:
  struct Sources {
    /// Serving and not draining.
    std::function<bool()> ready;
    /// All metrics in Prometheus' text format.
    std::function<std::string()> metrics;
  };

  /// The error names the address and the reason.
  static tl::expected<std::unique_ptr<AdminServer>, std::string> Start(const Address& address,
                                                                       Sources sources);

  /// Ends requests under way.
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  /// `host:port` with the port that was bound.
  [[nodiscard]] const std::string& address() const;

 private:
  class Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
