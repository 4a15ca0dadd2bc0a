#include "gateway/serving/compiled_api.h"

#include <fmt/format.h>

#include "gateway/base/file.h"

namespace gateway {
namespace {

// A bundle of all public CAs has a quarter of it.
constexpr std::size_t kMaxPemBytes = std::size_t{1} << 20;

}  // namespace

tl::expected<std::unique_ptr<CompiledApi>, Faults> CompiledApi::Compile(const Config& config) {
  std::unique_ptr<CompiledApi> api(new CompiledApi);
  Faults faults;
  api->LoadKey(config, faults);
  api->LoadTls(config, faults);
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

void CompiledApi::LoadKey(const Config& config, Faults& faults) {
  if (!config.api_key_file.empty()) {
    auto key = ApiKey::FromFile(config.api_key_file);
    if (key) {
      api_key_ = *std::move(key);
    } else {
      faults.push_back("--api-key-file: " + key.error());
    }
  } else if (!config.api_key.empty()) {
    api_key_ = ApiKey::Fixed(config.api_key);
  }
}

void CompiledApi::LoadTls(const Config& config, Faults& faults) {
  const auto load = [&faults](std::string_view flag, const std::string& path, std::string& pem) {
    if (path.empty()) return;
    auto content = ReadFile(path, kMaxPemBytes);
    if (content) {
      pem = *std::move(content);
    } else {
      faults.push_back(fmt::format("{}: {}", flag, content.error()));
    }
  };
  load("--upstream-ca", config.upstream_ca, upstream_tls_.ca_pem);
  load("--upstream-cert", config.upstream_cert, upstream_tls_.certificate_pem);
  load("--upstream-key", config.upstream_key, upstream_tls_.key_pem);
}

void CompiledApi::AddService(const RoutedService& routed, const Config& config, Faults& faults) {
  auto settings = ServiceSettings::Compile(routed, config, api_key_ ? &*api_key_ : nullptr, faults);
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
