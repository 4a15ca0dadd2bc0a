// Everything that can be compiled before the first call: descriptors, routes, base URLs, headers,
// keys and certificates, and the metrics of its methods. What `extend-gateway check` checks.
//
// Thread-safe: compiled on one thread at start, then const, with metrics and credentials that are
// thread-safe themselves. It must outlive the Server.
#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/base/version.h"
#include "gateway/config/config.h"
#include "gateway/credentials/credentials.h"
#include "gateway/descriptors/descriptor_source.h"
#include "gateway/serving/served_method.h"
#include "gateway/serving/upstream_settings.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/transcoding/route_table.h"
#include "gateway/upstream/retry_policy.h"

namespace gateway {

class App {
 public:
  struct Service {
    const google::protobuf::ServiceDescriptor* descriptor = nullptr;
    std::unique_ptr<const UpstreamSettings> settings;
    /// One for each annotated method.
    std::vector<std::unique_ptr<const ServedMethod>> endpoints;
  };

  /// Reports all errors at once.
  static tl::expected<std::unique_ptr<App>, Errors> Compile(const Config& config);

  [[nodiscard]] const std::vector<Service>& services() const { return services_; }
  [[nodiscard]] const google::protobuf::DescriptorPool& pool() const {
    return descriptors_->pool();
  }
  /// Full names of the methods that are not served, as they have no annotation.
  [[nodiscard]] const std::vector<std::string>& unannotated() const {
    return routes_.unannotated();
  }
  [[nodiscard]] Metrics& metrics() const { return *metrics_; }
  [[nodiscard]] Credentials& credentials() const { return *credentials_; }

 private:
  App() = default;
  Errors AddService(const RoutedService& routed, const Config& config);
  RetryBudget* BudgetOf(const std::string& base_url);

  const std::unique_ptr<Metrics> metrics_ = std::make_unique<Metrics>(Version());
  std::unique_ptr<Credentials> credentials_;
  std::unique_ptr<DescriptorSource> descriptors_;
  RouteTable routes_;
  /// By base URL: services behind one upstream share a budget.
  std::map<std::string, std::unique_ptr<RetryBudget>> budgets_;
  std::vector<Service> services_;
};

}  // namespace gateway
