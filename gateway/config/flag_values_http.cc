// The flag values that become part of HTTP requests: URLs, headers, metadata names.
#include <algorithm>
#include <array>

#include "gateway/base/ascii.h"
#include "gateway/base/base_url.h"
#include "gateway/base/header_policy.h"
#include "gateway/config/flag_values.h"

namespace gateway {
namespace {

tl::unexpected<std::string> Rule(std::string rule) {
  return tl::unexpected<std::string>(std::move(rule));
}

Parsed<Header> SplitPair(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return Rule("must be NAME=VALUE");
  return Header{.name = text.substr(0, equals),
                .value = std::string(Trimmed(std::string_view(text).substr(equals + 1)))};
}

}  // namespace

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
  if (!MaySetRequestHeader(header->name)) {
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
  if (!MayForwardMetadata(text)) {
    return Rule("must not be " + text + ", which the gateway or HTTP itself sets");
  }
  return text;
}

}  // namespace gateway
