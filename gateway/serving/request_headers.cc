#include "gateway/serving/request_headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/base/ascii.h"
#include "gateway/base/header_policy.h"
#include "gateway/base/version.h"

namespace gateway {
namespace {

std::string_view View(const grpc::string_ref& text) { return {text.data(), text.size()}; }

Errors ErrorsOf(std::string_view source, const Header& header) {
  Errors errors;
  if (!IsHeaderName(header.name)) {
    errors.push_back(fmt::format("{} \"{}\": is not a header name", source, header.name));
  } else if (!MaySetRequestHeader(header.name)) {
    errors.push_back(fmt::format("{} {}: is a header that the gateway or HTTP itself sets", source,
                                 header.name));
  }
  if (!IsHeaderValue(header.value)) {
    errors.push_back(fmt::format("{} {}: the value must be printable ASCII", source, header.name));
  }
  return errors;
}

Result<std::string_view> Checked(const std::string& name, std::string_view value) {
  if (!IsHeaderValue(value)) {
    return Error(grpc::StatusCode::INVALID_ARGUMENT,
                 fmt::format("metadata {}: value is not printable ASCII", name));
  }
  if (value.size() > kMaxForwardedBytes) {
    return Error(
        grpc::StatusCode::INVALID_ARGUMENT,
        fmt::format("metadata {}: value is longer than {} bytes", name, kMaxForwardedBytes));
  }
  return value;
}

std::optional<std::string> JoinedMetadata(const CallerMetadata& metadata, const std::string& key) {
  std::optional<std::string> joined;
  const auto [begin, end] = metadata.equal_range(key);
  for (auto entry = begin; entry != end; ++entry) {
    if (joined) *joined += ',';
    if (!joined) joined.emplace();
    *joined += View(entry->second);
  }
  return joined;
}

}  // namespace

std::optional<std::string_view> FindMetadata(const CallerMetadata& metadata,
                                             const std::string& key) {
  const auto found = metadata.lower_bound(key);
  if (found == metadata.end() || View(found->first) != key) return std::nullopt;
  return View(found->second);
}

tl::expected<RequestHeaders, Errors> RequestHeaders::Compile(const v1::Upstream& upstream,
                                                             const Config& config,
                                                             const Authorization* key) {
  RequestHeaders headers;
  headers.auth_ = config.auth;
  headers.key_ = key;
  headers.fixed_ = {{"User-Agent", fmt::format("extend-gateway/{}", Version())},
                    {"Accept", "application/json"}};
  Errors errors = headers.AddDefaults(upstream, config);
  Append(errors, headers.AddForwarded(config));
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return headers;
}

Errors RequestHeaders::AddDefaults(const v1::Upstream& upstream, const Config& config) {
  Errors errors;
  for (const v1::RequestHeader& option : upstream.headers()) {
    Default header{ToLower(option.name()), option.value(), option.caller_may_override()};
    std::optional<std::string> flag;
    if (option.flag() == "workspace-id") {
      flag = config.workspace_id;
    } else if (option.flag() == "api-version") {
      flag = config.api_version;
    } else if (!option.flag().empty()) {
      errors.push_back(
          fmt::format("header {} of (gateway.v1.upstream): its flag must be api-version or "
                      "workspace-id, not {}",
                      option.name(), option.flag()));
    }
    if (flag) header.value = *flag;
    Append(errors, ErrorsOf("header of (gateway.v1.upstream)", {header.name, header.value}));
    defaults_.push_back(std::move(header));
  }
  for (const Header& header : config.headers) {
    Append(errors, ErrorsOf("--header", header));
    // The operator's header replaces the option's, and callers cannot override it.
    std::erase_if(defaults_,
                  [&](const Default& d) { return EqualsIgnoreCase(d.name, header.name); });
    fixed_.push_back(header);
  }
  return errors;
}

Errors RequestHeaders::AddForwarded(const Config& config) {
  Errors errors;
  forwarded_ = {{"tracestate", Repeated::kJoined, true},
                {"baggage", Repeated::kJoined, false},
                {"x-request-id", Repeated::kFirst, false}};
  for (const std::string& given : config.forward_metadata) {
    const std::string name = ToLower(given);
    if (!MayForwardMetadata(name)) {
      errors.push_back(
          fmt::format("--forward-metadata {}: must be a text key that is neither gRPC's own nor a "
                      "header that the gateway or HTTP itself sets",
                      name));
    }
    const bool known = std::ranges::any_of(
        forwarded_, [&](const Forwarded& forwarded) { return forwarded.name == name; });
    if (!known) forwarded_.push_back({name, Repeated::kFirst, false});
  }
  // A header that is already sent is not sent twice.
  std::erase_if(forwarded_, [this](const Forwarded& forwarded) {
    return FindHeader(fixed_, forwarded.name) != nullptr ||
           std::ranges::any_of(defaults_,
                               [&](const Default& d) { return d.name == forwarded.name; });
  });
  return errors;
}

Result<Headers> RequestHeaders::For(const CallerMetadata& metadata,
                                    const TraceContext& trace) const {
  Headers headers;
  headers.reserve(fixed_.size() + defaults_.size() + 2);  // Enough for most calls.
  headers = fixed_;
  if (auth_ == Auth::kGateway) {
    headers.push_back({"Authorization", *key_->Load()});
  } else {
    const auto authorization = FindMetadata(metadata, "authorization");
    if (!authorization || Trimmed(*authorization).empty()) {
      return Error(grpc::StatusCode::UNAUTHENTICATED,
                   "metadata authorization is missing: it is passed on to the upstream");
    }
    const auto value = Checked("authorization", *authorization);
    if (!value) return tl::unexpected(value.error());
    headers.push_back({"Authorization", std::string(*value)});
  }
  for (const Default& header : defaults_) {
    const auto given = header.caller_may_override ? FindMetadata(metadata, header.name)
                                                  : std::optional<std::string_view>();
    const auto value = Checked(header.name, given.value_or(header.value));
    if (!value) return tl::unexpected(value.error());
    if (!value->empty()) headers.push_back({header.name, std::string(*value)});
  }
  headers.push_back({"traceparent", trace.Traceparent()});
  for (const Forwarded& forwarded : forwarded_) {
    if (forwarded.needs_trace && !trace.continued()) continue;
    std::optional<std::string> given;
    if (forwarded.repeated == Repeated::kJoined) {
      given = JoinedMetadata(metadata, forwarded.name);
    } else if (const auto first = FindMetadata(metadata, forwarded.name)) {
      given = *first;
    }
    if (!given) continue;
    const auto value = Checked(forwarded.name, *given);
    if (!value) return tl::unexpected(value.error());
    headers.push_back({forwarded.name, std::move(*given)});
  }
  return headers;
}

}  // namespace gateway
