#include "gateway/serving/compiled_api.h"

namespace gateway {

tl::expected<std::unique_ptr<CompiledApi>, Faults> CompiledApi::Compile(const Config& config) {
  std::unique_ptr<CompiledApi> api(new CompiledApi);
  Faults faults;
  api->credentials_ = std::make_unique<Credentials>(config, faults);
  auto descriptors = DescriptorSource::Load(config.descriptor_sets);
  if (!descriptors) {
    faults.insert(faults.end(), descriptors.error().begin(), descriptors.error().end());
    return tl::unexpected(std::move(faults));
  }
  api->descriptors_ = *std::move(descriptors);
  auto routes = RouteTable::Compile(api->descriptors_->services());
  if (!routes) {
    faults.insert(faults.end(), routes.error().begin(), routes.error().end());
    return tl::unexpected(std::move(faults));
  }
  api->routes_ = *std::move(routes);
  if (api->routes_->services().empty()) {
    faults.emplace_back("--descriptor-set: no method has a google.api.http annotation");
  }
  for (const RoutedService& routed : api->routes_->services()) {
    api->AddService(routed, config, faults);
  }
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return api;
}

void CompiledApi::AddService(const RoutedService& routed, const Config& config, Faults& faults) {
  auto settings = ServiceSettings::Compile(routed, config, credentials_->authorization(), faults);
  if (!settings) return;
  settings->budget = BudgetOf(settings->base_url);
  Service service{.descriptor = routed.service,
                  .settings = std::make_unique<const ServiceSettings>(*std::move(settings)),
                  .endpoints = {}};
  for (const Route& route : routed.routes) {
    service.endpoints.push_back(std::make_unique<const Endpoint>(
        route, *service.settings, *descriptors_->Prototype(route.method->input_type()),
        *telemetry_));
  }
  services_.push_back(std::move(service));
}

RetryBudget* CompiledApi::BudgetOf(const std::string& base_url) {
  auto& budget = budgets_[base_url];
  if (!budget) budget = std::make_unique<RetryBudget>();
  return budget.get();
}

}  // namespace gateway
