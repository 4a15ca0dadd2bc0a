#include "gateway/upstream/curl_easy.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/base/header_policy.h"
#include "gateway/upstream/stale_connection.h"

namespace gateway {
namespace {

bool MaySend(const Header& header) {
  return IsHeaderName(header.name) && IsHeaderValue(header.value) && !IsFramingHeader(header.name);
}

bool SendsBodyAlways(const std::string& verb) {
  return verb == "POST" || verb == "PUT" || verb == "PATCH";
}

bool IsHttps(std::string_view url) {
  constexpr std::string_view kScheme = "https:";
  return EqualsIgnoreCase(url.substr(0, kScheme.size()), kScheme);
}

curl_blob Blob(const std::string& text) {
  return {.data = const_cast<char*>(text.data()), .len = text.size(), .flags = CURL_BLOB_NOCOPY};
}

}  // namespace

CurlEasy::CurlEasy(const CurlHttpLoopOptions& options, ConnectionTracker& connections)
    : options_(options),
      connections_(connections),
      proxy_has_tls_(IsHttps(options.proxy)),
      handle_(curl_easy_init()),
      response_(options.max_response_bytes) {}

std::optional<TransportError> CurlEasy::Prepare(std::shared_ptr<const HttpRequest> request,
                                                std::shared_ptr<const TlsMaterial> tls,
                                                const Options& options) {
  request_ = std::move(request);
  response_ = ResponseAssembler(options_.max_response_bytes);
  set_up_ = CURLE_OK;
  opened_.clear();
  request_begun_ = false;
  met_stale_connection_ = false;
  refused_stream_ = false;
  succeeded_ = false;
  close_notify_.reset();
  if (!std::ranges::all_of(request_->headers, MaySend)) {
    return TransportError{TransportErrorKind::kMalformed, Delivery::kNeverSent,
                          "the request has a header that may not be sent"};
  }

  if (tls_ != tls) SetForAllRequests(std::move(tls));
  SetVerbAndBody();
  SetHeaders();
  SetVersion();
  SetConnectionUse(options);
  if (set_up_ == CURLE_OK) return std::nullopt;
  tls_.reset();  // The next request starts over.
  return ExplainFailure(set_up_, facts());
}

template <class T>
void CurlEasy::Set(CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(handle(), option, value);
  if (set_up_ == CURLE_OK) set_up_ = code;
}

void CurlEasy::SetForAllRequests(std::shared_ptr<const TlsMaterial> tls) {
  curl_easy_reset(handle());
  tls_ = std::move(tls);
  Set(CURLOPT_PATH_AS_IS, 1L);
  Set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  // Hostile redirects lead nowhere.
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_ACCEPT_ENCODING, "gzip");
  Set(CURLOPT_HTTP_CONTENT_DECODING, 0L);  // ContentDecoder does it.
  SetConnection();
  SetTls();
  SetCallbacks();
}

// Each of the three ways undoes what another has set for the request before.
void CurlEasy::SetVerbAndBody() {
  Set(CURLOPT_URL, request_->url.c_str());
  if (request_->body || SendsBodyAlways(request_->verb)) {
    // Even without a body: CUSTOMREQUEST alone would send no Content-Length.
    static const std::string kNone;
    const std::string& body = request_->body ? *request_->body : kNone;
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    Set(CURLOPT_POSTFIELDS, body.c_str());
  } else if (request_->verb == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
  } else {
    Set(CURLOPT_HTTPGET, 1L);
  }
  Set(CURLOPT_CUSTOMREQUEST, request_->verb.c_str());
}

void CurlEasy::SetHeaders() {
  headers_.Clear();
  for (const auto& [name, value] : request_->headers) headers_.Add(name, value);
  // libcurl's own: a form content type, `*/*`, and a round trip before bodies above 1 MiB.
  for (const char* name : {"Content-Type", "Accept"}) {
    if (FindHeader(request_->headers, name) == nullptr) headers_.Omit(name);
  }
  headers_.Omit("Expect");
  Set(CURLOPT_HTTPHEADER, headers_.list());
}

bool CurlEasy::MayShareConnections(const CurlHttpLoopOptions& options, std::string_view url) {
  return options.http_version == HttpVersion::kHttp2 && IsHttps(url);
}

void CurlEasy::SetVersion() {
  const bool by_alpn = MayShareConnections(options_, request_->url);
  const bool at_once = options_.http_version == HttpVersion::kHttp2 && !by_alpn;
  http2_possible_ = by_alpn || at_once;
  long version = CURL_HTTP_VERSION_1_1;
  if (by_alpn) version = CURL_HTTP_VERSION_2TLS;
  if (at_once) version = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
  Set(CURLOPT_HTTP_VERSION, version);
  Set(CURLOPT_VERBOSE, 0L);  // See OnBeforeRequest.
}

void CurlEasy::SetConnectionUse(const Options& options) {
  // libcurl before 8.0 garbles the second request of a connection that began with prior knowledge.
  const bool only_once = http2_possible_ && !MayShareConnections(options_, request_->url);
  // With thousands of connections libcurl would search them all, in vain, for an idle one.
  const bool none_idle = !http2_possible_ && connections_.idle() <= 0;
  const bool fresh = only_once || options.fresh_connection || none_idle;
  Set(CURLOPT_FORBID_REUSE, only_once ? 1L : 0L);
  Set(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
  Set(CURLOPT_PIPEWAIT, options.wait_for_http2 ? 1L : 0L);
  connections_limited_ = options.wait_for_http2;
  // A new one counts as used from its request on, as it counts as connected.
  if (!fresh) AcquireConnection();
}

void CurlEasy::AcquireConnection() {
  if (!std::exchange(has_connection_, true)) connections_.Acquire();
}

void CurlEasy::ReleaseConnection() {
  if (std::exchange(has_connection_, false)) connections_.Release();
}

// libcurl's own limit would search for one and close it even if few are idle and many in use.
void CurlEasy::OnHead() {
  if (!has_connection_) return;
  if (connections_.idle() >= options_.max_idle_connections) {
    curl_easy_setopt(handle(), CURLOPT_FORBID_REUSE, 1L);
    connections_.WillClose();
  }
  ReleaseConnection();
}

void CurlEasy::Forget() {
  request_.reset();
  ReleaseConnection();
}

void CurlEasy::SetConnection() {
  Set(CURLOPT_CONNECTTIMEOUT_MS, std::max(1L, static_cast<long>(options_.connect_timeout.count())));
  Set(CURLOPT_MAXAGE_CONN, static_cast<long>(CurlHttpLoopOptions::kMaxIdle.count()));
  Set(CURLOPT_MAXLIFETIME_CONN, static_cast<long>(CurlHttpLoopOptions::kMaxLifetime.count()));
  // "" is not the default: it overrules the proxy environment variables.
  Set(CURLOPT_PROXY, options_.proxy.c_str());
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(CURLOPT_NOSIGNAL, 1L);
  // Ending a transfer whose name is being resolved must not wait for the resolver's thread.
  Set(CURLOPT_QUICK_EXIT, 1L);
}

void CurlEasy::SetTls() {
  Set(CURLOPT_SSL_CTX_FUNCTION, &WatchForCloseNotify);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!tls_->ca_pem.empty()) {
    const curl_blob ca = Blob(tls_->ca_pem);
    Set(CURLOPT_CAINFO_BLOB, &ca);
    Set(CURLOPT_PROXY_CAINFO_BLOB, &ca);
  }
  if (!tls_->certificate_pem.empty()) {
    const curl_blob certificate = Blob(tls_->certificate_pem);
    const curl_blob key = Blob(tls_->key_pem);
    Set(CURLOPT_SSLCERT_BLOB, &certificate);
    Set(CURLOPT_SSLKEY_BLOB, &key);
  }
}

void CurlEasy::SetCallbacks() {
  Set(CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(CURLOPT_HEADERDATA, this);
  Set(CURLOPT_WRITEFUNCTION, &OnBody);
  Set(CURLOPT_WRITEDATA, this);
  Set(CURLOPT_PREREQFUNCTION, &OnBeforeRequest);
  Set(CURLOPT_PREREQDATA, this);
  Set(CURLOPT_DEBUGFUNCTION, &OnDebug);
  Set(CURLOPT_DEBUGDATA, this);
  Set(CURLOPT_OPENSOCKETFUNCTION, &OnOpenSocket);
  Set(CURLOPT_OPENSOCKETDATA, this);
  Set(CURLOPT_CLOSESOCKETFUNCTION, &OnCloseSocket);
  Set(CURLOPT_CLOSESOCKETDATA, &connections_);
}

void CurlEasy::PrepareAgain() {
  met_stale_connection_ = false;
  ReleaseConnection();
  curl_easy_setopt(handle(), CURLOPT_FRESH_CONNECT, 1L);
}

std::variant<HttpResponse, TransportError> CurlEasy::Conclude(CURLcode code) {
  succeeded_ = code == CURLE_OK;
  if (code == CURLE_OK && response_.begun()) {
    const bool over_tls = IsHttps(request_->url);
    const bool close_notify_seen = close_notify_ != nullptr && *close_notify_;
    if (response_.Finish(
            {.to_head = request_->verb == "HEAD", .orderly = !over_tls || close_notify_seen})) {
      return response_.Release();
    }
  }
  // libcurl gave up at a line of the head. It does not change what an error's status says.
  if (code == CURLE_WEIRD_SERVER_REPLY && response_.is_error()) return response_.Release();
  TransferFacts facts = this->facts();
  curl_easy_getinfo(handle(), CURLINFO_SSL_VERIFYRESULT, &facts.verify_result);
  curl_easy_getinfo(handle(), CURLINFO_PROXY_SSL_VERIFYRESULT, &facts.proxy_verify_result);
  curl_easy_getinfo(handle(), CURLINFO_HTTP_CONNECTCODE, &facts.proxy_status);
  return ExplainFailure(code, facts);
}

TransferFacts CurlEasy::facts() const {
  return {.request_begun = request_begun_,
          .refused_stream = refused_stream_,
          .response_begun = response_.begun(),
          .response_has_head = response_.has_head(),
          .flaw = response_.flaw(),
          .http_status = response_.status()};
}

std::size_t CurlEasy::OnHeader(const char* bytes, std::size_t one, std::size_t count, void* self) {
  auto& easy = *static_cast<CurlEasy*>(self);
  if (!easy.response_.AddHeaderLine({bytes, one * count})) return 0;
  if (easy.response_.has_head() && !easy.connections_limited_) easy.OnHead();
  return count;
}

std::size_t CurlEasy::OnBody(const char* bytes, std::size_t one, std::size_t count, void* self) {
  // Another count than given stops the transfer, and 0 may be what was given.
  return static_cast<CurlEasy*>(self)->response_.AddBody({bytes, one * count}) ? count : count + 1;
}

int CurlEasy::OnBeforeRequest(void* self, char* peer_ip, char* local_ip, int peer_port,
                              int local_port) {
  auto& easy = *static_cast<CurlEasy*>(self);
  // A pooled connection that dies before the response's first byte: libcurl would write the request
  // again on a new one, whatever its verb, and never say so.
  if (easy.request_begun_) return CURL_PREREQFUNC_ABORT;
  const ConnectionEnds ends{peer_ip, peer_port, local_ip, local_port};
  SSL* const tls = IsHttps(easy.request_->url) ? TlsOf(easy.handle()) : nullptr;
  if (easy.opened_.empty() && easy.MeetsStaleConnection(ends, tls)) {
    easy.met_stale_connection_ = true;
    return CURL_PREREQFUNC_ABORT;  // libcurl closes the connection.
  }
  easy.request_begun_ = true;
  if (tls != nullptr) easy.close_notify_ = CloseNotifyOf(tls);
  easy.AcquireConnection();
  if (!easy.opened_.empty()) easy.connections_.OnConnected(easy.opened_, ends);
  if (easy.http2_possible_) {
    easy.local_port_ = local_port;
    easy.sent_ = Clock::now();
    curl_easy_setopt(easy.handle(), CURLOPT_VERBOSE, 1L);
  }
  return CURL_PREREQFUNC_OK;
}

bool CurlEasy::MeetsStaleConnection(const ConnectionEnds& ends, SSL* tls) {
  return IsStale(connections_.Find(ends), tls, proxy_has_tls_);
}

int CurlEasy::OnDebug(CURL*, curl_infotype type, char* text, std::size_t size, void* self) {
  // The only sign of a refused stream that libcurl gives before it tries again. It gives none on a
  // connection that had brought a response before: such a refusal counts as a broken connection.
  if (type == CURLINFO_TEXT && std::string_view(text, size).starts_with("REFUSED_STREAM")) {
    static_cast<CurlEasy*>(self)->refused_stream_ = true;
  }
  return 0;
}

curl_socket_t CurlEasy::OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& easy = *static_cast<CurlEasy*>(self);
  const curl_socket_t socket = easy.connections_.Open(*address);
  easy.opened_.push_back(socket);
  return socket;
}

int CurlEasy::OnCloseSocket(void* sockets, curl_socket_t socket) {
  return static_cast<ConnectionTracker*>(sockets)->Close(socket);
}

}  // namespace gateway
