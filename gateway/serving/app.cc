#include "gateway/serving/app.h"

#include <fmt/format.h>
#include <grpc/health/v1/health.grpc.pb.h>

namespace gateway {
namespace {

// Answered by the gateway itself. Its other services only stream.
constexpr std::string_view kOwnService = grpc::health::v1::Health::service_full_name();

}  // namespace

tl::expected<std::unique_ptr<App>, Errors> App::Compile(const Config& config) {
  std::unique_ptr<App> api(new App);
  Errors faults;
  api->credentials_ = std::make_unique<Credentials>(config, faults);
  const std::size_t faults_before = faults.size();
  api->descriptors_ = DescriptorSource::Load(config.descriptor_sets, faults);
  auto [routes, route_errors] = RouteTable::Compile(api->descriptors_->services());
  api->routes_ = std::move(routes);
  faults.insert(faults.end(), route_errors.begin(), route_errors.end());
  if (api->routes_.services().empty() && faults.size() == faults_before) {
    faults.push_back(
        fmt::format("--descriptor-set {}: of {} methods none has a google.api.http annotation",
                    fmt::join(config.descriptor_sets, ", "), api->unannotated().size()));
  }
  for (const RoutedService& routed : api->routes_.services()) {
    api->AddService(routed, config, faults);
  }
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return api;
}

void App::AddService(const RoutedService& routed, const Config& config, Errors& faults) {
  if (routed.service->full_name() == kOwnService) {
    faults.push_back(
        fmt::format("{}: must not have a google.api.http annotation, as the gateway "
                    "answers for itself there",
                    kOwnService));
  }
  auto settings = UpstreamSettings::Compile(routed, config, credentials_->authorization(), faults);
  if (!settings) return;
  settings->budget = BudgetOf(settings->base_url);
  Service service{.descriptor = routed.service,
                  .settings = std::make_unique<const UpstreamSettings>(*std::move(settings)),
                  .endpoints = {}};
  for (const Route& route : routed.routes) {
    service.endpoints.push_back(std::make_unique<const ServedMethod>(
        route, *service.settings, *descriptors_->Prototype(route.method->input_type()),
        *telemetry_));
  }
  services_.push_back(std::move(service));
}

RetryBudget* App::BudgetOf(const std::string& base_url) {
  auto& budget = budgets_[base_url];
  if (!budget) budget = std::make_unique<RetryBudget>();
  return budget.get();
}

}  // namespace gateway
