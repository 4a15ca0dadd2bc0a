#include "gateway/upstream/curl_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using Overflow = ResponseAssembler::Overflow;

TEST(CurlError, IsWhatTheTableSays) {
  constexpr TransferFacts kConnecting{};
  constexpr TransferFacts kSent{.request_begun = true};
  constexpr TransferFacts kInHead{.request_begun = true, .answer_begun = true};
  constexpr TransferFacts kInBody{
      .request_begun = true, .answer_begun = true, .answer_has_head = true};
  constexpr TransferFacts kTooMuchBody{.request_begun = true,
                                       .answer_begun = true,
                                       .answer_has_head = true,
                                       .overflow = Overflow::kBody};
  constexpr TransferFacts kTooManyHeaders{
      .request_begun = true, .answer_begun = true, .overflow = Overflow::kHeaders};
  constexpr TransferFacts kRefused{.request_begun = true, .refused_stream = true};
  struct Case {
    CURLcode code;
    TransferFacts facts;
    TransportErrorKind fault;
    Delivery delivery;
  };
  constexpr auto kUnsent = Delivery::kNeverSent;
  constexpr auto kArrived = Delivery::kMayHaveArrived;
  const Case cases[] = {
      {CURLE_COULDNT_RESOLVE_HOST, kConnecting, TransportErrorKind::kResolve, kUnsent},
      {CURLE_COULDNT_RESOLVE_PROXY, kConnecting, TransportErrorKind::kResolve, kUnsent},
      {CURLE_COULDNT_CONNECT, kConnecting, TransportErrorKind::kConnect, kUnsent},
      {CURLE_OPERATION_TIMEDOUT, kConnecting, TransportErrorKind::kConnect, kUnsent},
      {CURLE_URL_MALFORMAT, kConnecting, TransportErrorKind::kConnect, kUnsent},
      {CURLE_UNSUPPORTED_PROTOCOL, kConnecting, TransportErrorKind::kConnect, kUnsent},
      {CURLE_RECV_ERROR, kConnecting, TransportErrorKind::kConnect, kUnsent},
      {CURLE_OUT_OF_MEMORY, kConnecting, TransportErrorKind::kConnect, kUnsent},
      {CURLE_SSL_CONNECT_ERROR, kConnecting, TransportErrorKind::kTls, kUnsent},
      {CURLE_PEER_FAILED_VERIFICATION, kConnecting, TransportErrorKind::kTls, kUnsent},
      {CURLE_SSL_CERTPROBLEM, kConnecting, TransportErrorKind::kTls, kUnsent},
      {CURLE_SEND_ERROR, kSent, TransportErrorKind::kReset, kArrived},
      {CURLE_RECV_ERROR, kSent, TransportErrorKind::kReset, kArrived},
      {CURLE_GOT_NOTHING, kSent, TransportErrorKind::kReset, kArrived},
      {CURLE_ABORTED_BY_CALLBACK, kSent, TransportErrorKind::kReset, kArrived},
      {CURLE_HTTP2_STREAM, kSent, TransportErrorKind::kReset, kArrived},
      {CURLE_HTTP2, kSent, TransportErrorKind::kReset, kArrived},
      {CURLE_OK, kInHead, TransportErrorKind::kTruncated, kArrived},
      {CURLE_RECV_ERROR, kInHead, TransportErrorKind::kTruncated, kArrived},
      {CURLE_PARTIAL_FILE, kInBody, TransportErrorKind::kTruncated, kArrived},
      {CURLE_UNSUPPORTED_PROTOCOL, kSent, TransportErrorKind::kMalformed, kArrived},
      {CURLE_WEIRD_SERVER_REPLY, kInHead, TransportErrorKind::kMalformed, kArrived},
      {CURLE_BAD_CONTENT_ENCODING, kInBody, TransportErrorKind::kMalformed, kArrived},
      {CURLE_WRITE_ERROR, kTooMuchBody, TransportErrorKind::kResponseTooLarge, kArrived},
      {CURLE_WRITE_ERROR, kTooManyHeaders, TransportErrorKind::kHeadersTooLarge, kArrived},
      {CURLE_OUT_OF_MEMORY, kInHead, TransportErrorKind::kHeadersTooLarge, kArrived},
      {CURLE_ABORTED_BY_CALLBACK, kRefused, TransportErrorKind::kRefusedStream, kUnsent},
  };
  for (const Case& wanted : cases) {
    const TransportError error = ExplainFailure(wanted.code, wanted.facts);
    EXPECT_EQ(error.fault, wanted.fault) << wanted.code << " " << error.text;
    EXPECT_EQ(error.delivery, wanted.delivery) << wanted.code;
    EXPECT_FALSE(error.text.empty());
  }
}

TEST(CurlError, TimeoutSaysWhetherTheRequestMayHaveArrived) {
  EXPECT_EQ(ExplainTimeout({}).fault, TransportErrorKind::kTimeout);
  EXPECT_EQ(ExplainTimeout({}).delivery, Delivery::kNeverSent);
  EXPECT_EQ(ExplainTimeout({.request_begun = true}).delivery, Delivery::kMayHaveArrived);
}

}  // namespace
}  // namespace gateway
