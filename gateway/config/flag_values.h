// Text of a flag, variable or file key → a typed value, checked.
//
// Pure functions. The error is the rule that the text breaks, "must be …": the caller adds the name
// and, where it is no secret, the value.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "gateway/base/http_message.h"
#include "gateway/config/config.h"

namespace gateway {

template <class T>
using Parsed = tl::expected<T, std::string>;

/// `250ms 1.5s 1m 1h`, whole milliseconds, at most a day.
Parsed<std::chrono::milliseconds> ParseDuration(const std::string& text);
/// The same, and not zero.
Parsed<std::chrono::milliseconds> ParsePositiveDuration(const std::string& text);

/// `4MiB`, `512KiB` or bytes: 1 byte to 2047 MiB, the most that a Protobuf message can have.
Parsed<std::size_t> ParseSize(const std::string& text);

/// A decimal number from `least` to `most`.
Parsed<int> ParseCount(const std::string& text, int least, int most);

/// Permission bits in octal, up to 0777.
Parsed<unsigned> ParseMode(const std::string& text);

Parsed<bool> ParseSwitch(const std::string& text);

/// A path, or other text without control characters.
Parsed<std::string> ParsePath(const std::string& text);

/// Letters, digits, `-`, `_` and `.`.
Parsed<std::string> ParseName(const std::string& text);

/// The key of a marker: 1 to 64 letters, digits, `_`, `-`, `:` and `.`.
Parsed<std::string> ParseMarkerKey(const std::string& text);

/// As in address.h; the text itself.
Parsed<std::string> ParseListenAddress(const std::string& text);
Parsed<std::string> ParseDialAddress(const std::string& text);
/// `host:port`; nothing for `off`.
Parsed<std::string> ParseAdminAddress(const std::string& text);

/// http, https, socks5 or socks5h, with a user and password if need be.
Parsed<std::string> ParseProxyUrl(const std::string& text);

/// A header's value: printable, not empty, no blanks at its ends.
Parsed<std::string> ParseHeaderValue(const std::string& text);
/// `NAME=VALUE` of a request header that an operator may add.
Parsed<Header> ParseHeader(const std::string& text);
/// `name=VALUE` of request metadata that a client sends.
Parsed<Header> ParseMetadata(const std::string& text);
/// The name of metadata that may be passed on as a request header.
Parsed<std::string> ParseForwardedName(const std::string& text);

/// An API key: surrounding blanks are dropped. The error does not show it.
Parsed<std::string> ParseApiKey(std::string_view text);

Parsed<Auth> ParseAuth(const std::string& text);
Parsed<HttpVersion> ParseHttpVersion(const std::string& text);
Parsed<LogLevel> ParseLogLevel(const std::string& text);
Parsed<LogFormat> ParseLogFormat(const std::string& text);

}  // namespace gateway
