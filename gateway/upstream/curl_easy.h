// One transfer: a libcurl easy handle, its options and its callbacks. May be used again after
// Conclude, which is cheaper than a new one.
//
// Not thread-safe; used on the loop thread only. Must not move while a transfer runs: libcurl
// points to it.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/upstream/connection_tracker.h"
#include "gateway/upstream/curl_error.h"
#include "gateway/upstream/curl_header_list.h"
#include "gateway/upstream/curl_http_loop_options.h"
#include "gateway/upstream/response_assembler.h"
#include "gateway/upstream/tls_connection.h"

namespace gateway {

class CurlEasy {
 public:
  /// `options` and `connections` outlive the handle and its multi handle.
  CurlEasy(const CurlHttpLoopOptions& options, ConnectionTracker& connections);
  ~CurlEasy() { Forget(); }
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;

  struct Options {
    /// Do not use a connection from the pool.
    bool fresh_connection = false;
    /// Wait for a connection that may turn out to be HTTP/2, rather than open one more: they are
    /// limited. Where they are not, CurlEasy limits the idle ones.
    bool wait_for_http2 = false;
  };

  /// Sets the handle up. An error: the request may not be sent.
  std::optional<TransportError> Prepare(std::shared_ptr<const HttpRequest> request,
                                        std::shared_ptr<const TlsMaterial> tls,
                                        const Options& options);

  /// libcurl has ended the transfer before anything was sent: bytes or an end waited on the idle
  /// connection that it was to use.
  [[nodiscard]] bool met_stale_connection() const { return met_stale_connection_; }
  /// Makes that transfer ready to be started again, on a fresh connection.
  void PrepareAgain();

  /// What came of it, after libcurl has ended it.
  std::variant<HttpResponse, TransportError> Conclude(CURLcode code);
  /// Whether the handle may have another transfer. libcurl remembers in it that a stream was
  /// refused, and would say it of a later request that was lost: only one that knows nothing may.
  [[nodiscard]] bool reusable() const { return !http2_possible_ || succeeded_; }
  /// Drops the request and releases its connection, once libcurl no longer has the transfer.
  void Forget();
  /// What is known of a transfer that is to be removed.
  [[nodiscard]] TransferFacts facts() const;
  /// The request was sent, and has no response so far, on a connection that others may share.
  [[nodiscard]] bool waits_among_others() const {
    return http2_possible_ && request_begun_ && !response_.begun();
  }
  /// The connection of such a request, and when it was sent.
  [[nodiscard]] int local_port() const { return local_port_; }
  [[nodiscard]] Clock::time_point sent() const { return sent_; }

  [[nodiscard]] CURL* handle() { return handle_.get(); }

  /// Whether requests to that URL may turn out to share an HTTP/2 connection.
  static bool MayShareConnections(const CurlHttpLoopOptions& options, std::string_view url);

 private:
  struct Deleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  // Each sets one group of options; see curl_easy.cc for the reasons. A change of the TLS material
  // starts over.
  void SetForAllRequests(std::shared_ptr<const TlsMaterial> tls);
  void SetConnection();
  void SetTls();
  void SetCallbacks();
  void SetVerbAndBody();
  void SetHeaders();
  void SetVersion();
  void SetConnectionUse(const Options& options);
  void AcquireConnection();
  void ReleaseConnection();
  void OnHead();
  bool MeetsStaleConnection(const ConnectionEnds& ends, SSL* tls);
  template <class T>
  void Set(CURLoption option, T value);

  // Called by libcurl.
  static std::size_t OnHeader(const char* bytes, std::size_t one, std::size_t count, void* self);
  static std::size_t OnBody(const char* bytes, std::size_t one, std::size_t count, void* self);
  static int OnBeforeRequest(void* self, char* peer_ip, char* local_ip, int peer_port,
                             int local_port);
  static int OnDebug(CURL*, curl_infotype type, char* text, std::size_t size, void* self);
  static curl_socket_t OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address);
  static int OnCloseSocket(void* sockets, curl_socket_t socket);

  const CurlHttpLoopOptions& options_;
  ConnectionTracker& connections_;
  /// TLS, if any, is with the proxy first.
  const bool proxy_has_tls_;
  const std::unique_ptr<CURL, Deleter> handle_;

  // Shared by the transfers that began before a change.
  std::shared_ptr<const TlsMaterial> tls_;

  // What follows belongs to the running transfer.
  std::shared_ptr<const HttpRequest> request_;
  CurlHeaderList headers_;
  ResponseAssembler response_;
  CURLcode set_up_ = CURLE_OK;
  bool http2_possible_ = false;
  /// libcurl has ended the transfer and has nothing to say against it.
  bool succeeded_ = false;
  bool connections_limited_ = false;
  bool has_connection_ = false;
  std::vector<curl_socket_t> opened_;
  bool request_begun_ = false;
  bool met_stale_connection_ = false;
  bool refused_stream_ = false;
  /// Null: not over TLS.
  CloseNotifySeen close_notify_;
  int local_port_ = 0;
  Clock::time_point sent_;
};

}  // namespace gateway
