// Everything that can be compiled before the first call: descriptors, routes, base URLs, headers
// the key, and the metrics of its methods. What `extend-gateway check` checks.
//
// Made on one thread at start, with all faults at once; then const and thread-safe, as telemetry
// is. It must outlive the Server.
#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/config.h"
#include "gateway/base/credentials.h"
#include "gateway/base/result.h"
#include "gateway/base/telemetry.h"
#include "gateway/base/version.h"
#include "gateway/serving/descriptor_source.h"
#include "gateway/serving/endpoint.h"
#include "gateway/serving/service_settings.h"
#include "gateway/transcoding/route_table.h"
#include "gateway/upstream/curl_http_client.h"
#include "gateway/upstream/retry_policy.h"

namespace gateway {

class CompiledApi {
 public:
  struct Service {
    const google::protobuf::ServiceDescriptor* descriptor = nullptr;
    std::unique_ptr<const ServiceSettings> settings;
    /// One for each annotated method.
    std::vector<std::unique_ptr<const Endpoint>> endpoints;
  };

  static tl::expected<std::unique_ptr<CompiledApi>, Faults> Compile(const Config& config);

  [[nodiscard]] const std::vector<Service>& services() const { return services_; }
  [[nodiscard]] const google::protobuf::DescriptorPool& pool() const {
    return descriptors_->pool();
  }
  /// Full names of methods that are not served, for want of an annotation.
  [[nodiscard]] const std::vector<std::string>& unannotated() const {
    return routes_->unannotated();
  }
  /// What upstreams are trusted by, and our certificate, as read at start.
  [[nodiscard]] const TlsMaterial& upstream_tls() const { return upstream_tls_; }
  [[nodiscard]] Telemetry& telemetry() const { return *telemetry_; }
  /// The gateway's own key, to be refreshed; null without one.
  [[nodiscard]] ApiKey* api_key() { return api_key_ ? &*api_key_ : nullptr; }

 private:
  CompiledApi() = default;
  void LoadKey(const Config& config, Faults& faults);
  void LoadTls(const Config& config, Faults& faults);
  void AddService(const RoutedService& routed, const Config& config, Faults& faults);
  RetryBudget* BudgetOf(const std::string& base_url);

  const std::unique_ptr<Telemetry> telemetry_ = std::make_unique<Telemetry>(Version());
  std::optional<ApiKey> api_key_;
  TlsMaterial upstream_tls_;
  std::unique_ptr<DescriptorSource> descriptors_;
  std::optional<RouteTable> routes_;
  /// By base URL: services behind one upstream share a budget.
  std::map<std::string, std::unique_ptr<RetryBudget>> budgets_;
  std::vector<Service> services_;
};

}  // namespace gateway
