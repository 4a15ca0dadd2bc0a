#include "gateway/upstream/curl_error.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/upstream/curl_library.h"

namespace gateway {
namespace {

struct CodeMeaning {
  CURLcode code;
  TransportErrorKind kind;
};

/// Codes that mean one thing only. Those that are missing mean a broken connection.
constexpr std::array kMeanings = {
    CodeMeaning{CURLE_COULDNT_RESOLVE_HOST, TransportErrorKind::kResolve},
    CodeMeaning{CURLE_COULDNT_RESOLVE_PROXY, TransportErrorKind::kResolve},
    CodeMeaning{CURLE_COULDNT_CONNECT, TransportErrorKind::kConnect},
    CodeMeaning{CURLE_PROXY, TransportErrorKind::kConnect},
    CodeMeaning{CURLE_INTERFACE_FAILED, TransportErrorKind::kConnect},
    CodeMeaning{CURLE_URL_MALFORMAT, TransportErrorKind::kConnect},
    CodeMeaning{CURLE_SSL_CONNECT_ERROR, TransportErrorKind::kTls},
    CodeMeaning{CURLE_PEER_FAILED_VERIFICATION, TransportErrorKind::kTls},
    CodeMeaning{CURLE_SSL_CERTPROBLEM, TransportErrorKind::kTls},
    CodeMeaning{CURLE_SSL_CACERT_BADFILE, TransportErrorKind::kTls},
    CodeMeaning{CURLE_SSL_CIPHER, TransportErrorKind::kTls},
    CodeMeaning{CURLE_SSL_ISSUER_ERROR, TransportErrorKind::kTls},
    CodeMeaning{CURLE_SSL_INVALIDCERTSTATUS, TransportErrorKind::kTls},
    CodeMeaning{CURLE_SSL_ENGINE_INITFAILED, TransportErrorKind::kTls},
    CodeMeaning{CURLE_SSL_PINNEDPUBKEYNOTMATCH, TransportErrorKind::kTls},
    CodeMeaning{CURLE_WEIRD_SERVER_REPLY, TransportErrorKind::kMalformed},
    CodeMeaning{CURLE_UNSUPPORTED_PROTOCOL, TransportErrorKind::kMalformed},
    CodeMeaning{CURLE_BAD_CONTENT_ENCODING, TransportErrorKind::kMalformed},
};

std::optional<TransportErrorKind> KindOf(ResponseFlaw flaw) {
  switch (flaw) {
    case ResponseFlaw::kNone:
      return std::nullopt;
    case ResponseFlaw::kTooManyHeaders:
      return TransportErrorKind::kHeadersTooLarge;
    case ResponseFlaw::kTooMuchBody:
      return TransportErrorKind::kResponseTooLarge;
    case ResponseFlaw::kCut:
      return TransportErrorKind::kTruncated;
    case ResponseFlaw::kNotHttp:
    case ResponseFlaw::kCorrupt:
      return TransportErrorKind::kMalformed;
  }
  return std::nullopt;
}

/// libcurl's own memory or one of its buffers has not sufficed.
bool IsOfMemory(CURLcode code) { return code == CURLE_OUT_OF_MEMORY || code == kCurlTooLarge; }

TransportErrorKind KindOf(CURLcode code, const TransferFacts& facts) {
  if (facts.refused_stream) return TransportErrorKind::kRefusedStream;
  if (const auto kind = KindOf(facts.flaw)) return *kind;
  // A single header line beyond libcurl's own buffer never reaches our count.
  if (IsOfMemory(code) && facts.request_begun && !facts.response_has_head) {
    return TransportErrorKind::kHeadersTooLarge;
  }
  const auto* const known = std::ranges::find(kMeanings, code, &CodeMeaning::code);
  const bool is_known = known != kMeanings.end();
  if (!facts.request_begun) {
    const bool before_connecting = is_known && known->kind != TransportErrorKind::kMalformed;
    return before_connecting ? known->kind : TransportErrorKind::kConnect;
  }
  if (is_known) return known->kind;
  return facts.response_begun ? TransportErrorKind::kTruncated : TransportErrorKind::kReset;
}

Delivery DeliveryOf(const TransferFacts& facts) {
  const bool never_sent = !facts.request_begun || facts.refused_stream;
  return never_sent ? Delivery::kNeverSent : Delivery::kMayHaveArrived;
}

std::string_view WordsFor(TransportErrorKind kind) {
  switch (kind) {
    case TransportErrorKind::kResolve:
      return "the upstream's host name has no address";
    case TransportErrorKind::kConnect:
      return "no connection to the upstream";
    case TransportErrorKind::kTls:
      return "TLS with the upstream failed";
    case TransportErrorKind::kReset:
      return "the connection broke before the upstream's response";
    case TransportErrorKind::kTruncated:
      return "the connection broke within the upstream's response";
    case TransportErrorKind::kMalformed:
      return "the upstream's response is not HTTP";
    case TransportErrorKind::kRefusedStream:
      return "the upstream refused the request before processing it";
    case TransportErrorKind::kTimeout:
      return "the upstream did not respond in time";
    case TransportErrorKind::kResponseTooLarge:
      return "the upstream's response is larger than allowed";
    case TransportErrorKind::kHeadersTooLarge:
      return "the upstream's response has more header bytes than allowed";
  }
  return "";
}

/// What is wrong with a certificate; fixed texts only.
std::string_view CertificateProblem(long verify_result) {
  switch (verify_result) {
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      // libcurl compares names by itself, and OpenSSL has nothing to say then.
      return "its certificate is for another name";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "its certificate is self-signed and not a trusted one";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "its certificate is from an unknown CA";
    default:
      return X509_verify_cert_error_string(verify_result);
  }
}

std::string ProxyProblem(long status) {
  constexpr long kForbidden = 403;
  constexpr long kFirstServerError = 500;
  constexpr long kAuthenticationRequired = 407;
  std::string text = "the proxy answered CONNECT with HTTP " + std::to_string(status);
  if (status == kForbidden) text.append(", it does not allow the upstream's host");
  if (status == kAuthenticationRequired) text.append(", it wants other credentials");
  if (status >= kFirstServerError) text.append(", it cannot reach the upstream");
  return text;
}

/// Nothing of the caller's or the configuration's stands in it: no URL, no credential.
std::string TextFor(TransportErrorKind kind, CURLcode code, const TransferFacts& facts) {
  if (facts.flaw == ResponseFlaw::kCorrupt)
    return "the upstream's response is not compressed as it says";
  std::string text(WordsFor(kind));
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    const bool is_proxys = facts.proxy_verify_result != X509_V_OK;
    if (is_proxys) text = "TLS with the proxy failed";
    return text.append(": ").append(
        CertificateProblem(is_proxys ? facts.proxy_verify_result : facts.verify_result));
  }
  const bool proxy_refused = facts.proxy_status != 0 && facts.proxy_status / 100 != 2;
  if (proxy_refused && !facts.request_begun) {
    return text.append(": ").append(ProxyProblem(facts.proxy_status));
  }
  // Our own aborts have no reason in libcurl's words.
  const bool ours = facts.flaw != ResponseFlaw::kNone || code == CURLE_OK ||
                    code == CURLE_WRITE_ERROR || code == CURLE_ABORTED_BY_CALLBACK ||
                    IsOfMemory(code);
  if (!ours) text.append(": ").append(curl_easy_strerror(code));
  return text;
}

}  // namespace

TransportError ExplainFailure(CURLcode code, const TransferFacts& facts) {
  const TransportErrorKind kind = KindOf(code, facts);
  return {kind, DeliveryOf(facts), TextFor(kind, code, facts), facts.http_status};
}

TransportError ExplainTimeout(const TransferFacts& facts) {
  return {TransportErrorKind::kTimeout, DeliveryOf(facts),
          std::string(WordsFor(TransportErrorKind::kTimeout)), facts.http_status};
}

TransportError ExplainStop(const TransferFacts& facts) {
  return {TransportErrorKind::kReset, DeliveryOf(facts), "the gateway is stopping",
          facts.http_status};
}

}  // namespace gateway
