#include "gateway/serving/upstream_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gateway/base/ascii.h"
#include "gateway/base/header_policy.h"

namespace gateway {
namespace {

/// --upstream-url, else the region's, else the option's: each was checked where it was read.
tl::expected<std::string, Errors> ChooseBaseUrl(const RoutedService& routed, const Config& config) {
  Errors errors;
  const std::string_view service = routed.service->full_name();
  std::string url = config.upstream_url.empty() ? routed.upstream.base_url() : config.upstream_url;
  if (config.upstream_url.empty()) {
    const auto region =
        std::ranges::find(routed.upstream.regions(), config.region, &v1::Region::name);
    if (region != routed.upstream.regions().end()) {
      url = region->base_url();
    } else if (config.region_given) {
      std::vector<std::string> names;
      for (const v1::Region& known : routed.upstream.regions()) names.push_back(known.name());
      const std::string known =
          names.empty() ? "no regions" : fmt::format("the regions {}", fmt::join(names, ", "));
      errors.push_back(fmt::format("--region {}: {} has {}", config.region, service, known));
    }
  }
  if (url.empty()) {
    errors.push_back(fmt::format(
        "{}: has no base URL: give --upstream-url, or base_url in (gateway.v1.upstream)", service));
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return url;
}

}  // namespace

tl::expected<UpstreamSettings, Errors> UpstreamSettings::Compile(const RoutedService& routed,
                                                                 const Config& config,
                                                                 const Authorization* key) {
  Errors errors;
  auto base_url = ValueOrAppend(ChooseBaseUrl(routed, config), errors);
  auto headers = ValueOrAppend(RequestHeaders::Compile(routed.upstream, config, key), errors);
  std::vector<std::string> returned;
  for (const std::string& name : routed.upstream.returned_headers()) {
    returned.push_back(ToLower(name));
    if (!MayReturnHeader(returned.back())) {
      errors.push_back(fmt::format("{}: header \"{}\" cannot be returned as metadata",
                                   routed.service->full_name(), name));
    }
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return UpstreamSettings{.base_url = *std::move(base_url),
                          .request_headers = *std::move(headers),
                          .returned_headers = std::move(returned),
                          .request_id_header = ToLower(routed.upstream.request_id_header()),
                          .error_domain = routed.upstream.error_domain(),
                          .create_marker = config.create_marker,
                          .timeout = config.timeout};
}

}  // namespace gateway
