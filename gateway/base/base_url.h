// Absolute URLs, as far as a gateway must know their parts. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace gateway {

/// Views of the text that was split.
struct Url {
  std::string_view scheme;
  std::string_view user;  ///< With the `@`.
  std::string_view host;  ///< With an IPv6 address's brackets.
  std::string_view port;  ///< With the `:`.
  std::string_view path;
};

/// A URL without query and fragment; an empty scheme for anything else.
Url SplitUrl(std::string_view text);

/// `http://` or `https://`, a host, a port and a path prefix if there is one; trailing slashes are
/// dropped. The error is the rule, "must be …", and never shows the text, which may hold a secret.
tl::expected<std::string, std::string> ParseBaseUrl(std::string_view text);

}  // namespace gateway
