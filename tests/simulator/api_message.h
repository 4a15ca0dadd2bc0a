// One request and one response, free of the HTTP library. Plain values.
#pragma once

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

struct ApiResponse {
  int status = 200;
  nlohmann::json body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Breaks off after the head, with the connection.
  bool lost = false;
};

}  // namespace extend_simulator
