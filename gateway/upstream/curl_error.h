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
  /// Any byte of a response came, and its complete head.
  bool response_begun = false;
  bool response_has_head = false;
  ResponseFlaw flaw = ResponseFlaw::kNone;
  /// The final response's status, if its status line came; else 0.
  int http_status = 0;
  /// OpenSSL's X509_V_… for the upstream's certificate and for the proxy's. Above X509_V_OK it need
  /// not say why the certificate was rejected.
  long verify_result = 0;
  long proxy_verify_result = 0;
  /// The status of the proxy's response to CONNECT; 0: there was none.
  long proxy_status = 0;
};

/// Why there is no response. CURLE_OK stands for a connection that ended before the response did.
TransportError ExplainFailure(CURLcode code, const TransferFacts& facts);

/// Why there is no response when the time for the whole transfer is over.
TransportError ExplainTimeout(const TransferFacts& facts);

/// Why there is no response when the loop is stopped.
TransportError ExplainStop(const TransferFacts& facts);

}  // namespace gateway
