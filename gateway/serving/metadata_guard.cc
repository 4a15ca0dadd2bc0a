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
  // In a response HTTP's names would change its framing, and ours would be taken for our word.
  return IsMetadataName(lower_case_name) && !IsReservedHeader(lower_case_name) &&
         lower_case_name != "content-encoding" && !lower_case_name.starts_with("x-gateway-");
}

std::optional<Header> CheckedMetadata(std::string_view name, std::string_view value) {
  Header header{ToLower(name), std::string(value)};
  if (!IsKey(header.name) || header.name.ends_with("-bin") || !IsValue(value)) return std::nullopt;
  return header;
}

}  // namespace gateway
