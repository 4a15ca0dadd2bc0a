// The HttpLoop that talks to the network: one loop thread, one libcurl multi handle.
//
// Thread-safety is HttpLoop's; connections and Stop may be called from any thread. Each request is
// written to the wire at most once: libcurl's own retries are off, only retry_policy retries.
// Redirects, proxy environment variables and protocols other than HTTP are off too.
#pragma once

#include <memory>
#include <string>

#include "gateway/upstream/curl_http_loop_options.h"
#include "gateway/upstream/http_loop.h"

namespace gateway {

class CurlHttpLoop final : public HttpLoop {
 public:
  /// Starts the loop thread. Aborts the process if libcurl cannot be initialised.
  explicit CurlHttpLoop(const CurlHttpLoopOptions& options);
  /// Stops, unless that was done.
  ~CurlHttpLoop() override;

  /// Ends the loop thread; a second call is a no-op. To be called when no call is left: a transfer
  /// that is still open ends with kReset and the Delivery that is known of it, timers and tasks
  /// that have not run by then never run. Must not be called on the loop thread.
  void Stop();

  /// The number of open upstream connections.
  [[nodiscard]] int connections() const;

  /// libcurl's name and version, and those of the libraries that it uses.
  static std::string LibraryVersion();

  void RunOnLoop(std::function<void()> task) override;
  TransferId Send(std::shared_ptr<const HttpRequest> request, const TransferOptions& options,
                  std::function<void(HttpResult)> done) override;
  void Abort(TransferId id) override;
  TimerId StartTimer(Clock::duration delay, std::function<void()> task) override;
  void StopTimer(TimerId id) override;
  [[nodiscard]] Clock::time_point Now() const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
