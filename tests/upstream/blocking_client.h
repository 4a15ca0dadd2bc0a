// A CurlHttpLoop whose calls block, for tests that look at the wire.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/upstream/curl_http_loop.h"
#include "tests/upstream/request.h"

namespace gateway {

class BlockingClient {
 public:
  explicit BlockingClient(const CurlHttpLoopOptions& options = {}) : client(options) {}

  /// Hands the request over and does not wait.
  std::future<HttpResult> Start(std::shared_ptr<const HttpRequest> request,
                                HttpLoop::TransferOptions options = {std::chrono::seconds(10)}) {
    auto promise = std::make_shared<std::promise<HttpResult>>();
    client.RunOnLoop([this, promise, request = std::move(request), options] {
      client.Send(request, options,
                  [promise](HttpResult result) { promise->set_value(std::move(result)); });
    });
    return promise->get_future();
  }

  HttpResult Call(std::shared_ptr<const HttpRequest> request,
                  HttpLoop::TransferOptions options = {std::chrono::seconds(10)}) {
    return Start(std::move(request), options).get();
  }

  HttpResult Get(const std::string& url) { return Call(Request("GET", url)); }
  HttpResult Post(const std::string& url) { return Call(Request("POST", url)); }

  /// Runs on the loop thread and waits for it.
  void Run(const std::function<void()>& task) {
    std::promise<void> ran;
    client.RunOnLoop([&] {
      task();
      ran.set_value();
    });
    ran.get_future().wait();
  }

  CurlHttpLoop client;
};

/// What a failed result says, as one comparable value; nothing for an answer.
inline std::optional<std::pair<TransportErrorKind, Delivery>> ErrorOf(const HttpResult& result) {
  if (result.error() == nullptr) return std::nullopt;
  return std::pair(result.error()->kind, result.error()->delivery);
}

}  // namespace gateway
