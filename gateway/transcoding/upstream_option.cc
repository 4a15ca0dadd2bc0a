#include "gateway/transcoding/upstream_option.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/base/base_url.h"
#include "gateway/base/header_policy.h"
#include "gateway/base/http_message.h"

namespace gateway {
namespace {

constexpr std::array<std::string_view, 2> kFlags = {"api-version", "workspace-id"};

bool IsLowerCaseHeaderName(const std::string& name) {
  return IsHeaderName(name) && name == ToLower(name);
}

// Collects the faults of one option.
class Checker {
 public:
  void BaseUrl(const std::string& owner, const std::string& url) {
    const auto parsed = ParseBaseUrl(url);
    if (!parsed) return Require(false, owner, url, parsed.error());
    Require(*parsed == url, owner, url, "must not end with a slash");
  }

  void Region(const v1::Region& region) {
    Require(!region.name().empty(), "regions.name", region.name(), "must not be empty");
    Once("regions.name", region.name(), regions_);
    BaseUrl("regions.base_url", region.base_url());
  }

  void RequestHeader(const v1::RequestHeader& header) {
    Require(IsLowerCaseHeaderName(header.name()), "headers.name", header.name(),
            "must be an HTTP header name in lower case");
    Require(MaySetRequestHeader(header.name()) || !IsHeaderName(header.name()), "headers.name",
            header.name(), "is a header that the gateway sets itself");
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

  Errors faults;

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

tl::expected<v1::Upstream, Errors> CompileUpstream(
    const google::protobuf::ServiceDescriptor& service) {
  v1::Upstream upstream = service.options().GetExtension(v1::upstream);
  Checker check;
  if (!upstream.base_url().empty()) check.BaseUrl("base_url", upstream.base_url());
  for (const v1::Region& region : upstream.regions()) check.Region(region);
  for (const v1::RequestHeader& header : upstream.headers()) check.RequestHeader(header);
  for (const std::string& name : upstream.returned_headers()) check.ReturnedHeader(name);
  check.RequestIdHeader(upstream.request_id_header());
  if (!check.faults.empty()) return tl::unexpected(std::move(check.faults));
  if (upstream.error_domain().empty())
    upstream.set_error_domain(std::string(service.file()->package()));
  if (upstream.error_domain().empty()) upstream.set_error_domain(std::string(service.full_name()));
  return upstream;
}

}  // namespace gateway
