// A request as HttpLoop takes it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/base/http_message.h"

namespace gateway {

inline std::shared_ptr<const HttpRequest> Request(std::string verb, std::string url,
                                                  Headers headers = {},
                                                  std::optional<std::string> body = std::nullopt) {
  return std::make_shared<const HttpRequest>(
      HttpRequest{std::move(verb), std::move(url), std::move(headers), std::move(body)});
}

}  // namespace gateway
