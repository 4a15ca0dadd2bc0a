// Why a transfer failed: libcurl's code and what we saw of it → TransportError. Pure; the one
// table.
#pragma once

#include <curl/curl.h>

#include "gateway/base/http_message.h"
#include "gateway/upstream/response_assembler.h"

namespace gateway {

/// What was seen of a transfer beside its code.
struct TransferFacts {
  /// libcurl was about to write the request to a connection: bytes of it may have gone out.
  bool request_begun = false;
  /// HTTP/2: the upstream said that it has not processed the request.
  bool refused_stream = false;
  /// Any byte of an answer came, and its complete head.
  bool answer_begun = false;
  bool answer_has_head = false;
  ResponseAssembler::Overflow overflow = ResponseAssembler::Overflow::kNone;
};

/// Why there is no answer. CURLE_OK stands for a connection that ended before the answer's head
/// did.
TransportError ExplainFailure(CURLcode code, const TransferFacts& facts);

/// Why there is no answer when the time for the whole transfer is over.
TransportError ExplainTimeout(const TransferFacts& facts);

}  // namespace gateway
