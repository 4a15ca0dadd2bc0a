#include "gateway/upstream/curl_fault.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace gateway {
namespace {

struct CodeMeaning {
  CURLcode code;
  TransportFault fault;
};

/// Codes that mean one thing only. Those that are missing mean a broken connection.
constexpr std::array kMeanings = {
    CodeMeaning{CURLE_COULDNT_RESOLVE_HOST, TransportFault::kResolve},
    CodeMeaning{CURLE_COULDNT_RESOLVE_PROXY, TransportFault::kResolve},
    CodeMeaning{CURLE_COULDNT_CONNECT, TransportFault::kConnect},
    CodeMeaning{CURLE_PROXY, TransportFault::kConnect},
    CodeMeaning{CURLE_INTERFACE_FAILED, TransportFault::kConnect},
    CodeMeaning{CURLE_URL_MALFORMAT, TransportFault::kConnect},
    CodeMeaning{CURLE_SSL_CONNECT_ERROR, TransportFault::kTls},
    CodeMeaning{CURLE_PEER_FAILED_VERIFICATION, TransportFault::kTls},
    CodeMeaning{CURLE_SSL_CERTPROBLEM, TransportFault::kTls},
    CodeMeaning{CURLE_SSL_CACERT_BADFILE, TransportFault::kTls},
    CodeMeaning{CURLE_SSL_CIPHER, TransportFault::kTls},
    CodeMeaning{CURLE_SSL_ISSUER_ERROR, TransportFault::kTls},
    CodeMeaning{CURLE_SSL_INVALIDCERTSTATUS, TransportFault::kTls},
    CodeMeaning{CURLE_SSL_ENGINE_INITFAILED, TransportFault::kTls},
    CodeMeaning{CURLE_SSL_PINNEDPUBKEYNOTMATCH, TransportFault::kTls},
    CodeMeaning{CURLE_WEIRD_SERVER_REPLY, TransportFault::kMalformed},
    CodeMeaning{CURLE_UNSUPPORTED_PROTOCOL, TransportFault::kMalformed},
    CodeMeaning{CURLE_BAD_CONTENT_ENCODING, TransportFault::kMalformed},

};

TransportFault FaultOf(CURLcode code, const TransferFacts& facts) {
  if (facts.refused_stream) return TransportFault::kRefusedStream;
  if (facts.overflow == ResponseAssembler::Overflow::kBody) {
    return TransportFault::kResponseTooLarge;
  }
  if (facts.overflow == ResponseAssembler::Overflow::kHeaders) {
    return TransportFault::kHeadersTooLarge;
  }
  // A single header line beyond libcurl's own buffer never reaches our count.
  if (code == CURLE_OUT_OF_MEMORY && facts.request_begun && !facts.answer_has_head) {
    return TransportFault::kHeadersTooLarge;
  }
  const auto* const known = std::ranges::find(kMeanings, code, &CodeMeaning::code);
  const bool is_known = known != kMeanings.end();
  if (!facts.request_begun) {
    const bool before_connecting = is_known && known->fault != TransportFault::kMalformed;
    return before_connecting ? known->fault : TransportFault::kConnect;
  }
  if (is_known) return known->fault;
  return facts.answer_begun ? TransportFault::kTruncated : TransportFault::kReset;
}

Delivery DeliveryOf(const TransferFacts& facts) {
  const bool never_sent = !facts.request_begun || facts.refused_stream;
  return never_sent ? Delivery::kNeverSent : Delivery::kMayHaveArrived;
}

std::string_view WordsFor(TransportFault fault) {
  switch (fault) {
    case TransportFault::kResolve:
      return "the upstream's host name has no address";
    case TransportFault::kConnect:
      return "no connection to the upstream";
    case TransportFault::kTls:
      return "TLS with the upstream failed";
    case TransportFault::kReset:
      return "the connection broke before the upstream's answer";
    case TransportFault::kTruncated:
      return "the connection broke within the upstream's answer";
    case TransportFault::kMalformed:
      return "the upstream's answer is not HTTP";
    case TransportFault::kRefusedStream:
      return "the upstream refused the request before processing it";
    case TransportFault::kTimeout:
      return "the upstream did not answer in time";
    case TransportFault::kResponseTooLarge:
      return "the upstream's answer is larger than allowed";
    case TransportFault::kHeadersTooLarge:
      return "the upstream's answer has more header bytes than allowed";
  }
  return "";
}

}  // namespace

TransportError ExplainFailure(CURLcode code, const TransferFacts& facts) {
  const TransportFault fault = FaultOf(code, facts);
  std::string text(WordsFor(fault));
  // Our own aborts have no reason in libcurl's words.
  const bool ours = code == CURLE_OK || code == CURLE_WRITE_ERROR ||
                    code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_OUT_OF_MEMORY;
  if (!ours) text.append(": ").append(curl_easy_strerror(code));
  return {fault, DeliveryOf(facts), std::move(text)};
}

TransportError ExplainTimeout(const TransferFacts& facts) {
  return {TransportFault::kTimeout, DeliveryOf(facts),
          std::string(WordsFor(TransportFault::kTimeout))};
}

}  // namespace gateway
