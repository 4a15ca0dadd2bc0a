// The flag values that become part of HTTP requests: URLs, headers, metadata names.
#include <algorithm>
#include <array>

#include "gateway/base/address.h"
#include "gateway/base/ascii.h"
#include "gateway/base/flag_values.h"

namespace gateway {
namespace {

// Set by the gateway or by HTTP itself: from anywhere else they would break the framing of
// requests, leak to the wrong party or send a second credential.
constexpr std::array<std::string_view, 14> kReservedHeaders = {"authorization",
                                                               "connection",
                                                               "content-length",
                                                               "content-type",
                                                               "expect",
                                                               "host",
                                                               "keep-alive",
                                                               "proxy-authenticate",
                                                               "proxy-connection",
                                                               "proxy-authorization",
                                                               "te",
                                                               "trailer",
                                                               "transfer-encoding",
                                                               "upgrade"};

tl::unexpected<std::string> Rule(std::string rule) {
  return tl::unexpected<std::string>(std::move(rule));
}

bool IsReserved(std::string_view name) {
  return std::ranges::find(kReservedHeaders, ToLower(name)) != kReservedHeaders.end();
}

/// A key that gRPC carries as text: lower case, not binary, not gRPC's own.
bool IsMetadataName(std::string_view name) {
  const auto legal = [](char c) {
    return IsLower(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && std::ranges::all_of(name, legal) && !name.ends_with("-bin") &&
         !name.starts_with("grpc-");
}

struct Url {
  std::string_view scheme, user, host, port, path;
};

/// The parts of an absolute URL without query and fragment; an empty scheme for anything else.
Url SplitUrl(std::string_view text) {
  Url url;
  const auto is_legal = [](char c) { return c > ' ' && c <= '~' && c != '?' && c != '#'; };
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || !std::ranges::all_of(text, is_legal)) return url;
  const std::string_view rest = text.substr(scheme_end + 3);
  std::string_view authority = rest.substr(0, rest.find('/'));
  url.path = rest.substr(authority.size());
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    url.user = authority.substr(0, at + 1);
    authority.remove_prefix(at + 1);
  }
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) url.port = authority.substr(colon);
  if (!IsHost(url.host) || (!url.port.empty() && ParsePort(url.port.substr(1)) < 1)) return url;
  url.scheme = text.substr(0, scheme_end);
  return url;
}

Parsed<Header> SplitPair(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return Rule("must be NAME=VALUE");
  return Header{.name = text.substr(0, equals),
                .value = std::string(Trimmed(std::string_view(text).substr(equals + 1)))};
}

}  // namespace

Parsed<std::string> ParseUpstreamUrl(const std::string& text) {
  const Url url = SplitUrl(text);
  if ((url.scheme != "http" && url.scheme != "https") || !url.user.empty()) {
    return Rule(
        "must be an http:// or https:// URL of a host, with a port and a path if need be, but "
        "without user, password, query and fragment");
  }
  std::string trimmed = text;
  while (trimmed.ends_with('/')) trimmed.pop_back();
  return trimmed;
}

Parsed<std::string> ParseProxyUrl(const std::string& text) {
  static constexpr std::array<std::string_view, 4> kSchemes = {"http", "https", "socks5",
                                                               "socks5h"};
  const Url url = SplitUrl(text);
  const bool known = std::ranges::find(kSchemes, url.scheme) != kSchemes.end();
  if (!known || (!url.path.empty() && url.path != "/")) {
    return Rule("must be an http://, https://, socks5:// or socks5h:// URL without a path");
  }
  return text;
}

Parsed<std::string> ParseHeaderValue(const std::string& text) {
  if (text.empty() || Trimmed(text) != text || !IsHeaderValue(text)) {
    return Rule("must be printable ASCII, not empty, without blanks at its ends");
  }
  return text;
}

Parsed<Header> ParseHeader(const std::string& text) {
  auto header = SplitPair(text);
  if (!header) return header;
  if (!IsHeaderName(header->name)) return Rule("must be NAME=VALUE with a legal header name");
  if (IsReserved(header->name)) {
    return Rule("must not be " + ToLower(header->name) + ", which the gateway or HTTP itself sets");
  }
  if (!IsHeaderValue(header->value)) {
    return Rule("must have a value of printable ASCII without line breaks");
  }
  return header;
}

Parsed<Header> ParseMetadata(const std::string& text) {
  auto metadata = SplitPair(text);
  if (!metadata) return metadata;
  if (!IsMetadataName(metadata->name)) {
    return Rule(
        "must be NAME=VALUE with a name of lower-case letters, digits, '-', '_' and '.', that does "
        "not end in -bin or begin with grpc-");
  }
  if (!IsHeaderValue(metadata->value)) {
    return Rule("must have a value of printable ASCII without line breaks");
  }
  return metadata;
}

Parsed<std::string> ParseForwardedName(const std::string& text) {
  if (!IsMetadataName(text)) {
    return Rule(
        "must be a metadata name of lower-case letters, digits, '-', '_' and '.', that does not "
        "end in -bin or begin with grpc-");
  }
  if (IsReserved(text)) {
    return Rule("must not be " + text + ", which the gateway or HTTP itself sets");
  }
  return text;
}

}  // namespace gateway
