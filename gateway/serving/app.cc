#include "gateway/serving/app.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grpc/health/v1/health.grpc.pb.h>

#include <utility>

namespace gateway {
namespace {

// Served by the gateway itself. Its other services only stream.
constexpr std::string_view kOwnService = grpc::health::v1::Health::service_full_name();

}  // namespace

tl::expected<std::unique_ptr<App>, Errors> App::Compile(const Config& config) {
  std::unique_ptr<App> app(new App);
  Errors errors;
  if (auto credentials = ValueOrAppend(Credentials::Load(config), errors)) {
    app->credentials_ = *std::move(credentials);
  }
  // What they have in spite of errors is compiled too, to report all errors at once.
  app->descriptors_ = DescriptorSource::Load(config.descriptor_sets);
  Errors route_errors = app->descriptors_->errors();
  app->routes_ = RouteTable::Compile(app->descriptors_->services());
  Append(route_errors, app->routes_.errors());
  if (app->routes_.services().empty() && route_errors.empty()) {
    route_errors.push_back(
        fmt::format("--descriptor-set {}: none of {} methods has a google.api.http annotation",
                    fmt::join(config.descriptor_sets, ", "), app->unannotated().size()));
  }
  Append(errors, std::move(route_errors));
  for (const RoutedService& routed : app->routes_.services()) {
    Append(errors, app->AddService(routed, config));
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return app;
}

Errors App::AddService(const RoutedService& routed, const Config& config) {
  Errors errors;
  if (routed.service->full_name() == kOwnService) {
    errors.push_back(
        fmt::format("{}: must not have a google.api.http annotation, as the gateway "
                    "serves this service itself",
                    kOwnService));
  }
  // Null only if the credentials have an error, with which nothing is served.
  const Authorization* const key =
      credentials_ != nullptr ? credentials_->authorization() : nullptr;
  auto settings = ValueOrAppend(UpstreamSettings::Compile(routed, config, key), errors);
  if (!settings) return errors;
  settings->budget = BudgetOf(settings->base_url);
  Service service{.descriptor = routed.service,
                  .settings = std::make_unique<const UpstreamSettings>(*std::move(settings)),
                  .endpoints = {}};
  for (const Route& route : routed.routes) {
    service.endpoints.push_back(std::make_unique<const ServedMethod>(
        route, *service.settings, *descriptors_->Prototype(route.method->input_type()), *metrics_));
  }
  services_.push_back(std::move(service));
  return errors;
}

RetryBudget* App::BudgetOf(const std::string& base_url) {
  auto& budget = budgets_[base_url];
  if (!budget) budget = std::make_unique<RetryBudget>();
  return budget.get();
}

}  // namespace gateway
