// One request and one response, free of the HTTP library. Plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace extend_simulator {

struct ApiRequest {
  std::string method;
  /// As it stood in the request line, still encoded.
  std::string target;
  std::string body;
  /// By lower-case name; empty when absent.
  std::function<std::string(const std::string& name)> header = [](const std::string&) {
    return std::string();
  };
};

/// How much of a response is sent before its connection is broken.
enum class Delivery : std::uint8_t { kWhole, kHeadOnly, kNothing };

struct ApiResponse {
  int status = 200;
  nlohmann::json body;
  std::vector<std::pair<std::string, std::string>> headers;
  Delivery delivery = Delivery::kWhole;
};

}  // namespace extend_simulator
