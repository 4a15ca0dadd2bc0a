#include "gateway/base/http_message.h"

#include <algorithm>

#include "gateway/base/ascii.h"

namespace gateway {

const std::string* FindHeader(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [name](const Header& header) { return EqualsIgnoreCase(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

}  // namespace gateway
