// One transfer: a libcurl easy handle, its options and its callbacks. May be used again after
// Conclude, which is cheaper than a new one.
//
// Belongs to the loop thread. Must not move while a transfer runs: libcurl points to it.
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

namespace gateway {

class CurlEasy {
 public:
  /// `options` and `sockets` outlive the handle and its multi handle.
  CurlEasy(const CurlHttpLoopOptions& options, ConnectionTracker& sockets);
  ~CurlEasy() { Forget(); }
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;

  struct Options {
    /// Not one from the pool.
    bool fresh_connection = false;
    /// Wait for a connection that may turn out to be HTTP/2, rather than open one more: there is a
    /// limit for them. Where there is none, CurlEasy sees to that of idle ones.
    bool wait_for_http2 = false;
  };

  /// Sets the handle up. An error: the request may not be sent.
  std::optional<TransportError> Prepare(std::shared_ptr<const HttpRequest> request,
                                        std::shared_ptr<const TlsMaterial> tls,
                                        const Options& options);

  /// What came of it, after libcurl has ended it.
  std::variant<HttpResponse, TransportError> Conclude(CURLcode code);
  /// Lets go of the request and its connection. Of a transfer that libcurl no longer has.
  void Forget();
  /// What is known of a transfer that is to be removed.
  [[nodiscard]] TransferFacts facts() const;
  /// The request was sent, unanswered so far, on a connection that others may share.
  [[nodiscard]] bool waits_among_others() const {
    return http2_possible_ && request_begun_ && !response_.begun();
  }
  /// Of such a request: its connection's, and when it was sent.
  [[nodiscard]] int local_port() const { return local_port_; }
  [[nodiscard]] Clock::time_point sent() const { return sent_; }

  [[nodiscard]] CURL* handle() { return handle_.get(); }

  /// Whether requests to that URL may turn out to share an HTTP/2 connection.
  static bool MayShareConnections(const CurlHttpLoopOptions& options, std::string_view url);

 private:
  struct Deleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  // One line for each group of options; see curl_easy.cc for the reasons. A change of the TLS
  // material starts over.
  void SetForAllRequests(std::shared_ptr<const TlsMaterial> tls);
  void SetConnection();
  void SetTls();
  void SetCallbacks();
  void SetVerbAndBody();
  void SetHeaders();
  void SetVersion();
  void SetConnectionUse(const Options& options);
  void TakeConnection();
  void GiveBackConnection();
  void OnHead();
  template <class T>
  void Set(CURLoption option, T value);

  // Called by libcurl.
  static std::size_t OnHeader(const char* bytes, std::size_t one, std::size_t count, void* self);
  static std::size_t OnBody(const char* bytes, std::size_t one, std::size_t count, void* self);
  static int OnBeforeRequest(void* self, char*, char*, int, int local_port);
  static int OnDebug(CURL*, curl_infotype type, char* text, std::size_t size, void* self);
  static curl_socket_t OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address);
  static int OnCloseSocket(void* sockets, curl_socket_t socket);

  const CurlHttpLoopOptions& options_;
  ConnectionTracker& sockets_;
  const std::unique_ptr<CURL, Deleter> handle_;

  // Shared by the transfers that began before a change.
  std::shared_ptr<const TlsMaterial> tls_;

  // Of the running transfer.
  std::shared_ptr<const HttpRequest> request_;
  CurlHeaderList headers_;
  ResponseAssembler response_;
  CURLcode set_up_ = CURLE_OK;
  bool http2_possible_ = false;
  bool connections_limited_ = false;
  bool counts_on_connection_ = false;
  std::vector<curl_socket_t> opened_;
  bool request_begun_ = false;
  bool refused_stream_ = false;
  int local_port_ = 0;
  Clock::time_point sent_;
};

}  // namespace gateway
