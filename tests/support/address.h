// Addresses as tests write them.
#pragma once

#include <string_view>

#include "gateway/base/address.h"

namespace gateway {

/// Throws, which fails the test, for what is no address.
inline Address AddressOf(std::string_view text) {
  return ParseAddress(text, /*allow_port_zero=*/true).value();
}

}  // namespace gateway
