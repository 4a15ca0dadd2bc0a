#include "gateway/transcoding/upstream_option.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/base/http_message.h"
#include "gateway/transcoding/path_template.h"

namespace gateway {
namespace {

constexpr std::array<std::string_view, 2> kFlags = {"api-version", "workspace-id"};

// What the HTTP client says itself, or credentials do.
constexpr std::array<std::string_view, 10> kReservedHeaders = {
    "authorization", "connection", "content-length", "content-type",      "expect",
    "host",          "te",         "trailer",        "transfer-encoding", "upgrade"};

bool IsLowerCaseHeaderName(const std::string& name) {
  return IsHeaderName(name) && name == ToLower(name);
}

// Names that gRPC aborts on, or keeps to itself, or expects binary values under.
bool IsMetadataName(std::string_view name) {
  return !name.empty() && !name.starts_with("grpc-") && !name.ends_with("-bin") &&
         std::ranges::all_of(name, [](char c) {
           return IsLower(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
         });
}

bool IsPort(std::string_view text) {
  constexpr std::size_t kMaxDigits = 5;
  return !text.empty() && text.size() <= kMaxDigits && std::ranges::all_of(text, IsDigit) &&
         std::stoi(std::string(text)) >= 1 && std::stoi(std::string(text)) <= 65535;
}

bool IsHost(std::string_view host) {
  std::string_view punctuation = "-._~";
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    punctuation = ":.";
  }
  return !host.empty() && std::ranges::all_of(host, [&](char c) {
    return IsAlphanumeric(c) || punctuation.find(c) != std::string_view::npos;
  });
}

// `host`, `host:port`, `[v6]:port`.
bool IsAuthority(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port && !IsPort(authority.substr(colon + 1))) return false;
  return IsHost(authority.substr(0, has_port ? colon : authority.size()));
}

// A path prefix is what a path template without variables and verb is.
bool IsPathPrefix(std::string_view path) {
  const auto parsed = PathTemplate::Parse(path);
  return path != "/" && parsed && parsed->variables().empty();
}

bool IsBaseUrl(std::string_view url) {
  const bool tls = url.starts_with("https://");
  if (!tls && !url.starts_with("http://")) return false;
  url.remove_prefix(tls ? 8 : 7);
  const std::size_t slash = url.find('/');
  if (!IsAuthority(url.substr(0, slash))) return false;
  return slash == std::string_view::npos || IsPathPrefix(url.substr(slash));
}

// Collects the faults of one option.
class Checker {
 public:
  void BaseUrl(const std::string& owner, const std::string& url) {
    Require(IsBaseUrl(url), owner, url,
            "must be http:// or https://, a host, and a path prefix if there is one, without "
            "userinfo, trailing slash, query and fragment");
  }

  void Region(const v1::Region& region) {
    Require(!region.name().empty(), "regions.name", region.name(), "must not be empty");
    Once("regions.name", region.name(), regions_);
    BaseUrl("regions.base_url", region.base_url());
  }

  void RequestHeader(const v1::RequestHeader& header) {
    Require(IsLowerCaseHeaderName(header.name()), "headers.name", header.name(),
            "must be an HTTP header name in lower case");
    Require(std::ranges::find(kReservedHeaders, header.name()) == kReservedHeaders.end(),
            "headers.name", header.name(), "is a header that the gateway sets itself");
    Once("headers.name", header.name(), headers_);
    // The value is not quoted: it may be a secret.
    if (!IsHeaderValue(header.value()) || Trimmed(header.value()) != header.value()) {
      faults.push_back("headers.value of \"" + header.name() +
                       "\" must be printable ASCII without blanks at the ends");
    }
    Require(header.flag().empty() || std::ranges::find(kFlags, header.flag()) != kFlags.end(),
            "headers.flag", header.flag(), "must be api-version or workspace-id");
  }

  void ReturnedHeader(const std::string& name) {
    Require(IsMetadataName(name), "returned_headers", name,
            "must be a gRPC metadata key: lower case letters, digits, -, _ and ., neither grpc-… "
            "nor …-bin");
    Once("returned_headers", name, returned_);
  }

  void RequestIdHeader(const std::string& name) {
    Require(name.empty() || IsLowerCaseHeaderName(name), "request_id_header", name,
            "must be an HTTP header name in lower case");
  }

  Faults faults;

 private:
  void Require(bool holds, const std::string& subject, const std::string& value,
               const std::string& rule) {
    if (!holds) faults.push_back(subject + " \"" + value + "\" " + rule);
  }
  void Once(const std::string& subject, const std::string& value,
            std::unordered_set<std::string>& seen) {
    Require(seen.insert(value).second, subject, value, "is there twice");
  }

  std::unordered_set<std::string> regions_;
  std::unordered_set<std::string> headers_;
  std::unordered_set<std::string> returned_;
};

}  // namespace

tl::expected<v1::Upstream, Faults> CompileUpstream(
    const google::protobuf::ServiceDescriptor& service) {
  v1::Upstream upstream = service.options().GetExtension(v1::upstream);
  Checker check;
  if (!upstream.base_url().empty()) check.BaseUrl("base_url", upstream.base_url());
  for (const v1::Region& region : upstream.regions()) check.Region(region);
  for (const v1::RequestHeader& header : upstream.headers()) check.RequestHeader(header);
  for (const std::string& name : upstream.returned_headers()) check.ReturnedHeader(name);
  check.RequestIdHeader(upstream.request_id_header());
  if (!check.faults.empty()) return tl::unexpected(std::move(check.faults));
  if (upstream.error_domain().empty()) upstream.set_error_domain(service.file()->package());
  if (upstream.error_domain().empty()) upstream.set_error_domain(service.full_name());
  return upstream;
}

}  // namespace gateway
