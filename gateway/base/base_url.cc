#include "gateway/base/base_url.h"

#include <algorithm>

#include "gateway/base/address.h"
#include "gateway/base/ascii.h"

namespace gateway {
namespace {

// As RFC 3986 has it, `%` included: what is encoded stays so.
bool IsPathCharacter(char c) {
  static constexpr std::string_view kPunctuation = "-._~%!$&'()*+,;=:@/";
  return IsAlphanumeric(c) || kPunctuation.find(c) != std::string_view::npos;
}

// Appended paths must mean the same with the prefix before them: it has no empty and no dot
// segment.
bool IsPathPrefix(std::string_view path) {
  if (!std::ranges::all_of(path, IsPathCharacter)) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment.empty() || segment == "." || segment == "..") return false;
    path.remove_prefix(segment.size());
  }
  return true;
}

}  // namespace

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

tl::expected<std::string, std::string> ParseBaseUrl(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  const Url url = SplitUrl(text);
  const bool http = url.scheme == "http" || url.scheme == "https";
  if (!http || !url.user.empty() || !IsPathPrefix(url.path)) {
    return tl::unexpected<std::string>(
        "must be an http:// or https:// URL of a host, with a port and a path prefix if need be, "
        "but without user, password, query, fragment and dot segments");
  }
  return std::string(text);
}

}  // namespace gateway
