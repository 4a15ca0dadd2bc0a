#include "gateway/serving/metadata_guard.h"

#include <algorithm>
#include <array>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

bool IsKey(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return IsLower(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
  });
}

// gRPC refuses a tab, which HTTP allows.
bool IsValue(std::string_view value) {
  return value.size() <= kMaxMetadataValueBytes &&
         std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

bool IsReturnableName(std::string_view lower_case_name) {
  // Of HTTP/2's framing and gRPC's own: in a response they would change its meaning.
  static constexpr std::array<std::string_view, 9> kReserved = {
      "connection",   "content-length", "content-encoding",
      "content-type", "keep-alive",     "transfer-encoding",
      "te",           "trailer",        "upgrade"};
  return IsKey(lower_case_name) && !lower_case_name.starts_with("grpc-") &&
         !lower_case_name.starts_with("x-gateway-") && !lower_case_name.ends_with("-bin") &&
         std::ranges::find(kReserved, lower_case_name) == kReserved.end();
}

std::optional<Header> CheckedMetadata(std::string_view name, std::string_view value) {
  Header header{ToLower(name), std::string(value)};
  if (!IsKey(header.name) || header.name.ends_with("-bin") || !IsValue(value)) return std::nullopt;
  return header;
}

}  // namespace gateway
