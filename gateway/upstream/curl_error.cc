#include "gateway/upstream/curl_error.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace gateway {
namespace {

struct CodeMeaning {
  CURLcode code;
  TransportErrorKind fault;
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

TransportErrorKind FaultOf(CURLcode code, const TransferFacts& facts) {
  if (facts.refused_stream) return TransportErrorKind::kRefusedStream;
  if (facts.overflow == ResponseAssembler::Overflow::kBody) {
    return TransportErrorKind::kResponseTooLarge;
  }
  if (facts.overflow == ResponseAssembler::Overflow::kHeaders) {
    return TransportErrorKind::kHeadersTooLarge;
  }
  // A single header line beyond libcurl's own buffer never reaches our count.
  if (code == CURLE_OUT_OF_MEMORY && facts.request_begun && !facts.answer_has_head) {
    return TransportErrorKind::kHeadersTooLarge;
  }
  const auto* const known = std::ranges::find(kMeanings, code, &CodeMeaning::code);
  const bool is_known = known != kMeanings.end();
  if (!facts.request_begun) {
    const bool before_connecting = is_known && known->fault != TransportErrorKind::kMalformed;
    return before_connecting ? known->fault : TransportErrorKind::kConnect;
  }
  if (is_known) return known->fault;
  return facts.answer_begun ? TransportErrorKind::kTruncated : TransportErrorKind::kReset;
}

Delivery DeliveryOf(const TransferFacts& facts) {
  const bool never_sent = !facts.request_begun || facts.refused_stream;
  return never_sent ? Delivery::kNeverSent : Delivery::kMayHaveArrived;
}

std::string_view WordsFor(TransportErrorKind fault) {
  switch (fault) {
    case TransportErrorKind::kResolve:
      return "the upstream's host name has no address";
    case TransportErrorKind::kConnect:
      return "no connection to the upstream";
    case TransportErrorKind::kTls:
      return "TLS with the upstream failed";
    case TransportErrorKind::kReset:
      return "the connection broke before the upstream's answer";
    case TransportErrorKind::kTruncated:
      return "the connection broke within the upstream's answer";
    case TransportErrorKind::kMalformed:
      return "the upstream's answer is not HTTP";
    case TransportErrorKind::kRefusedStream:
      return "the upstream refused the request before processing it";
    case TransportErrorKind::kTimeout:
      return "the upstream did not answer in time";
    case TransportErrorKind::kResponseTooLarge:
      return "the upstream's answer is larger than allowed";
    case TransportErrorKind::kHeadersTooLarge:
      return "the upstream's answer has more header bytes than allowed";
  }
  return "";
}

}  // namespace

TransportError ExplainFailure(CURLcode code, const TransferFacts& facts) {
  const TransportErrorKind fault = FaultOf(code, facts);
  std::string text(WordsFor(fault));
  // Our own aborts have no reason in libcurl's words.
  const bool ours = code == CURLE_OK || code == CURLE_WRITE_ERROR ||
                    code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_OUT_OF_MEMORY;
  if (!ours) text.append(": ").append(curl_easy_strerror(code));
  return {fault, DeliveryOf(facts), std::move(text)};
}

TransportError ExplainTimeout(const TransferFacts& facts) {
  return {TransportErrorKind::kTimeout, DeliveryOf(facts),
          std::string(WordsFor(TransportErrorKind::kTimeout))};
}

}  // namespace gateway
