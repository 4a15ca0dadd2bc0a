// The kinds of values that flags have: how text becomes a typed value, and a value becomes text.
//
// Pure functions. The error of a text is the rule that it breaks, "must be …": the caller adds the
// flag's name and, where it is no secret, the text.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "gateway/config/config.h"

namespace gateway {

template <class T>
using Parsed = tl::expected<T, std::string>;

template <class T>
struct FlagValue {
  std::function<Parsed<T>(const std::string&)> parse;
  /// Text that `parse` takes for the same value; empty for a value that stands for none.
  std::function<std::string(const T&)> format;
};

/// `250ms 1.5s 1m 1h`: whole milliseconds, at most a day.
FlagValue<std::chrono::milliseconds> DurationValue();
/// A duration longer than zero.
FlagValue<std::chrono::milliseconds> PositiveDurationValue();
/// `4MiB`, `512KiB` or bytes: 1 byte to 2047 MiB, the most that a Protobuf message can have.
FlagValue<std::size_t> SizeValue();
/// A decimal number from `least` to `most`.
FlagValue<int> CountValue(int least, int most);
/// Permission bits in octal, up to 0777.
FlagValue<unsigned> ModeValue();
/// `true` or `false`.
FlagValue<bool> SwitchValue();

/// A path, or other text without control characters.
FlagValue<std::string> PathValue();
/// Letters, digits, `-`, `_` and `.`.
FlagValue<std::string> NameValue();
/// The key of a marker: 1 to 64 letters, digits, `_`, `-`, `:` and `.`.
FlagValue<std::string> MarkerKeyValue();

/// An address to listen on: port 0 is any free port.
FlagValue<Address> ListenAddressValue();
/// An address to connect to.
FlagValue<Address> DialAddressValue();
/// `host:port`, or `off` for none.
FlagValue<std::optional<Address>> AdminAddressValue();
/// As in base_url.h.
FlagValue<std::string> BaseUrlValue();
/// http, https, socks5 or socks5h, perhaps with a user and a password.
FlagValue<std::string> ProxyUrlValue();

/// A header's value: printable, not empty, no blanks at its ends.
FlagValue<std::string> HeaderTextValue();
/// `NAME=VALUE` of a request header that an operator may add.
FlagValue<Header> HeaderValue();
/// `name=VALUE` of request metadata that a client sends.
FlagValue<Header> MetadataValue();
/// The name of metadata that may become a request header: any case is taken, lower case is stored.
FlagValue<std::string> ForwardedNameValue();

FlagValue<Auth> AuthValue();
FlagValue<HttpVersion> HttpVersionValue();
FlagValue<LogLevel> LogLevelValue();
FlagValue<LogFormat> LogFormatValue();

/// An API key: surrounding blanks are dropped. The error does not show it.
Parsed<std::string> ParseApiKey(std::string_view text);

}  // namespace gateway
