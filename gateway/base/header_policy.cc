#include "gateway/base/header_policy.h"

#include <algorithm>
#include <array>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

template <class Names>
bool IsOneOf(const Names& lower_case_names, std::string_view name) {
  return std::ranges::any_of(
      lower_case_names, [name](std::string_view known) { return EqualsIgnoreCase(known, name); });
}

/// Set by the gateway or for one connection: from anywhere else they would leak to the wrong party.
bool IsGatewaysOrProxys(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {
      "authorization", "content-type", "host", "proxy-authenticate", "proxy-authorization"};
  return IsOneOf(kNames, name);
}

/// What the gateway says about itself in each request.
bool IsSelfDescription(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNames = {"accept", "accept-encoding",
                                                             "traceparent", "user-agent"};
  return IsOneOf(kNames, name);
}

bool IsMetadataKey(std::string_view name) {
  static constexpr CharSet kLegal(
      [](char c) { return IsLower(c) || IsDigit(c) || c == '-' || c == '_' || c == '.'; });
  return !name.empty() && kLegal.HoldsAllOf(name) && !name.ends_with("-bin");
}

}  // namespace

bool IsHeaderName(std::string_view name) {
  static constexpr CharSet kToken([](char c) {
    constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
    return IsAlphanumeric(c) || kPunctuation.find(c) != std::string_view::npos;
  });
  return !name.empty() && kToken.HoldsAllOf(name);
}

bool IsHeaderValue(std::string_view value) {
  static constexpr CharSet kPrintable([](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
  return kPrintable.HoldsAllOf(value);
}

bool IsMetadataName(std::string_view name) {
  return IsMetadataKey(name) && !name.starts_with("grpc-");
}

bool IsFramingHeader(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kFraming = {
      "connection", "content-length",    "expect",  "keep-alive", "proxy-connection",
      "te",         "transfer-encoding", "trailer", "upgrade"};
  return IsOneOf(kFraming, name);
}

bool MaySetRequestHeader(std::string_view name) {
  return IsHeaderName(name) && !IsFramingHeader(name) && !IsGatewaysOrProxys(name) &&
         !IsSelfDescription(name);
}

bool MayForwardMetadata(std::string_view name) {
  return IsMetadataName(name) && MaySetRequestHeader(name);
}

bool MayReturnHeader(std::string_view lower_case_name) {
  return IsMetadataName(lower_case_name) && !IsFramingHeader(lower_case_name) &&
         !IsGatewaysOrProxys(lower_case_name) && lower_case_name != "content-encoding" &&
         !lower_case_name.starts_with("x-gateway-");
}

std::optional<Header> ToMetadata(std::string_view name, std::string_view value) {
  // gRPC refuses a tab, which HTTP allows.
  static constexpr CharSet kLegal([](char c) { return c >= ' ' && c <= '~'; });
  Header header{ToLower(name), std::string(value)};
  const bool is_legal = IsMetadataKey(header.name) && value.size() <= kMaxMetadataValueBytes &&
                        kLegal.HoldsAllOf(value);
  if (!is_legal) return std::nullopt;
  return header;
}

}  // namespace gateway
