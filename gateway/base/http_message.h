// HTTP as values: what is sent upstream, and what came of it.
//
// Plain data, made and read by one thread at a time. Header names and values pass the checks of
// header_policy.h before they are set.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gateway {

struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

using Headers = std::vector<Header>;

struct HttpRequest {
  std::string verb;
  /// Absolute: scheme, authority, path and query, all encoded.
  std::string url;
  Headers headers;
  /// Without a body, POST, PUT and PATCH still say `Content-Length: 0`; other verbs say nothing.
  std::optional<std::string> body;
};

struct HttpResponse {
  /// Spare capacity of the body, for readers that load blocks beyond the end: without it they copy.
  static constexpr std::size_t kBodyPadding = 64;

  int status = 0;
  /// In the order they came, names in lower case.
  Headers headers;
  /// Decompressed.
  std::string body;
  /// HTTP/2, no body and no Content-Length: libcurl shows a stream that was cut here like one that
  /// ended. Whoever expects content must take it for cut.
  bool may_be_cut = false;
};

/// What is known of a request that got no complete response.
enum class Delivery {
  kNeverSent,       ///< Certainly not processed: repeating it is safe.
  kMayHaveArrived,  ///< At least one byte of it went out.
};

enum class TransportErrorKind {
  kResolve,           ///< The host name has no address.
  kConnect,           ///< No connection, within the connect timeout.
  kTls,               ///< Handshake or certificate verification failed.
  kReset,             ///< The connection broke before the response's first byte.
  kTruncated,         ///< The connection broke within the response.
  kMalformed,         ///< The response was not HTTP.
  kRefusedStream,     ///< HTTP/2 REFUSED_STREAM, or GOAWAY below our stream.
  kTimeout,           ///< The transfer's timeout passed.
  kResponseTooLarge,  ///< More body bytes than the limit, decompressed.
  kHeadersTooLarge,   ///< More header bytes than the limit.
};

struct TransportError {
  TransportErrorKind kind;
  Delivery delivery;
  /// For logs and the status message: no URL, no header, no body.
  std::string text;
  /// The final response's status, if its status line came before it broke; else 0.
  int http_status = 0;
};

/// What came of one HTTP request.
struct HttpResult {
  std::variant<HttpResponse, TransportError> value;
  /// From the request's hand-over to its end.
  std::chrono::nanoseconds elapsed{0};

  [[nodiscard]] const HttpResponse* response() const { return std::get_if<HttpResponse>(&value); }
  [[nodiscard]] const TransportError* error() const { return std::get_if<TransportError>(&value); }
};

/// Whether an HTTP status is 2xx.
constexpr bool IsSuccess(int http_status) { return http_status >= 200 && http_status <= 299; }

/// The value of the first header of that name (any case), or null.
const std::string* FindHeader(const Headers& headers, std::string_view name);

}  // namespace gateway
