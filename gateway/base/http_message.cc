#include "gateway/base/http_message.h"

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

bool IsFramingHeader(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kFraming = {
      "connection", "content-length",    "expect",  "keep-alive", "proxy-connection",
      "te",         "transfer-encoding", "trailer", "upgrade"};
  return IsOneOf(kFraming, name);
}

bool IsReservedHeader(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kOurs = {
      "authorization", "content-type", "host", "proxy-authenticate", "proxy-authorization"};
  return IsFramingHeader(name) || IsOneOf(kOurs, name);
}

bool IsMetadataName(std::string_view name) {
  const auto legal = [](char c) {
    return IsLower(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && std::ranges::all_of(name, legal) && !name.ends_with("-bin") &&
         !name.starts_with("grpc-");
}

const std::string* FindHeader(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [name](const Header& header) { return EqualsIgnoreCase(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

}  // namespace gateway
