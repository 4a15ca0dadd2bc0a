#include "gateway/upstream/curl_fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using Overflow = ResponseAssembler::Overflow;

TEST(CurlFault, IsWhatTheTableSays) {
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
    TransportFault fault;
    Delivery delivery;
  };
  constexpr auto kUnsent = Delivery::kNeverSent;
  constexpr auto kArrived = Delivery::kMayHaveArrived;
  const Case cases[] = {
      {CURLE_COULDNT_RESOLVE_HOST, kConnecting, TransportFault::kResolve, kUnsent},
      {CURLE_COULDNT_RESOLVE_PROXY, kConnecting, TransportFault::kResolve, kUnsent},
      {CURLE_COULDNT_CONNECT, kConnecting, TransportFault::kConnect, kUnsent},
      {CURLE_OPERATION_TIMEDOUT, kConnecting, TransportFault::kConnect, kUnsent},
      {CURLE_URL_MALFORMAT, kConnecting, TransportFault::kConnect, kUnsent},
      {CURLE_UNSUPPORTED_PROTOCOL, kConnecting, TransportFault::kConnect, kUnsent},
      {CURLE_RECV_ERROR, kConnecting, TransportFault::kConnect, kUnsent},
      {CURLE_OUT_OF_MEMORY, kConnecting, TransportFault::kConnect, kUnsent},
      {CURLE_SSL_CONNECT_ERROR, kConnecting, TransportFault::kTls, kUnsent},
      {CURLE_PEER_FAILED_VERIFICATION, kConnecting, TransportFault::kTls, kUnsent},
      {CURLE_SSL_CERTPROBLEM, kConnecting, TransportFault::kTls, kUnsent},
      {CURLE_SEND_ERROR, kSent, TransportFault::kReset, kArrived},
      {CURLE_RECV_ERROR, kSent, TransportFault::kReset, kArrived},
      {CURLE_GOT_NOTHING, kSent, TransportFault::kReset, kArrived},
      {CURLE_ABORTED_BY_CALLBACK, kSent, TransportFault::kReset, kArrived},
      {CURLE_HTTP2_STREAM, kSent, TransportFault::kReset, kArrived},
      {CURLE_HTTP2, kSent, TransportFault::kReset, kArrived},
      {CURLE_OK, kInHead, TransportFault::kTruncated, kArrived},
      {CURLE_RECV_ERROR, kInHead, TransportFault::kTruncated, kArrived},
      {CURLE_PARTIAL_FILE, kInBody, TransportFault::kTruncated, kArrived},
      {CURLE_UNSUPPORTED_PROTOCOL, kSent, TransportFault::kMalformed, kArrived},
      {CURLE_WEIRD_SERVER_REPLY, kInHead, TransportFault::kMalformed, kArrived},
      {CURLE_BAD_CONTENT_ENCODING, kInBody, TransportFault::kMalformed, kArrived},
      {CURLE_WRITE_ERROR, kTooMuchBody, TransportFault::kResponseTooLarge, kArrived},
      {CURLE_WRITE_ERROR, kTooManyHeaders, TransportFault::kHeadersTooLarge, kArrived},
      {CURLE_OUT_OF_MEMORY, kInHead, TransportFault::kHeadersTooLarge, kArrived},
      {CURLE_ABORTED_BY_CALLBACK, kRefused, TransportFault::kRefusedStream, kUnsent},
  };
  for (const Case& wanted : cases) {
    const TransportError error = ExplainFailure(wanted.code, wanted.facts);
    EXPECT_EQ(error.fault, wanted.fault) << wanted.code << " " << error.text;
    EXPECT_EQ(error.delivery, wanted.delivery) << wanted.code;
    EXPECT_FALSE(error.text.empty());
  }
}

TEST(CurlFault, TimeoutSaysWhetherTheRequestMayHaveArrived) {
  EXPECT_EQ(ExplainTimeout({}).fault, TransportFault::kTimeout);
  EXPECT_EQ(ExplainTimeout({}).delivery, Delivery::kNeverSent);
  EXPECT_EQ(ExplainTimeout({.request_begun = true}).delivery, Delivery::kMayHaveArrived);
}

}  // namespace
}  // namespace gateway
