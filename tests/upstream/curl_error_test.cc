#include "gateway/upstream/curl_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include "gateway/upstream/curl_library.h"

namespace gateway {
namespace {

TEST(CurlError, IsWhatTheTableSays) {
  constexpr TransferFacts kConnecting{};
  constexpr TransferFacts kSent{.request_begun = true};
  constexpr TransferFacts kInHead{.request_begun = true, .response_begun = true};
  constexpr TransferFacts kInBody{
      .request_begun = true, .response_begun = true, .response_has_head = true};
  constexpr TransferFacts kTooMuchBody{.request_begun = true,
                                       .response_begun = true,
                                       .response_has_head = true,
                                       .flaw = ResponseFlaw::kTooMuchBody};
  constexpr TransferFacts kTooManyHeaders{
      .request_begun = true, .response_begun = true, .flaw = ResponseFlaw::kTooManyHeaders};
  constexpr TransferFacts kRefused{.request_begun = true, .refused_stream = true};
  struct Case {
    CURLcode code;
    TransferFacts facts;
    TransportErrorKind kind;
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
      {kCurlTooLarge, kInHead, TransportErrorKind::kHeadersTooLarge, kArrived},
      {CURLE_ABORTED_BY_CALLBACK, kRefused, TransportErrorKind::kRefusedStream, kUnsent},
  };
  for (const Case& wanted : cases) {
    const TransportError error = ExplainFailure(wanted.code, wanted.facts);
    EXPECT_EQ(error.kind, wanted.kind) << wanted.code << " " << error.text;
    EXPECT_EQ(error.delivery, wanted.delivery) << wanted.code;
    EXPECT_FALSE(error.text.empty());
  }
}

std::string TextOf(CURLcode code, const TransferFacts& facts) {
  return ExplainFailure(code, facts).text;
}

TEST(CurlError, Row13SaysWhatIsWrongWithACertificate) {
  struct Case {
    long verify_result;
    const char* text;
  };
  for (const Case& c :
       {Case{X509_V_ERR_CERT_HAS_EXPIRED, "its certificate has expired"},
        {X509_V_ERR_CERT_NOT_YET_VALID, "its certificate is not valid yet"},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "its certificate is from an unknown CA"},
        {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "its certificate is from an unknown CA"},
        {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
         "its certificate is self-signed and not a trusted one"},
        {X509_V_OK, "its certificate is for another name"},
        {X509_V_ERR_UNSPECIFIED, "its certificate is for another name"},
        {X509_V_ERR_CERT_REVOKED, "certificate revoked"}}) {
    EXPECT_EQ(TextOf(CURLE_PEER_FAILED_VERIFICATION, {.verify_result = c.verify_result}),
              std::string("TLS with the upstream failed: ") + c.text);
  }
  EXPECT_EQ(
      TextOf(CURLE_PEER_FAILED_VERIFICATION,
             {.verify_result = X509_V_OK, .proxy_verify_result = X509_V_ERR_CERT_HAS_EXPIRED}),
      "TLS with the proxy failed: its certificate has expired");
}

TEST(CurlError, Row13SaysWhatTheProxyAnswered) {
  const std::string begin = "no connection to the upstream: the proxy answered CONNECT with HTTP ";
  EXPECT_EQ(TextOf(CURLE_RECV_ERROR, {.proxy_status = 407}),
            begin + "407, it wants other credentials");
  EXPECT_EQ(TextOf(CURLE_COULDNT_CONNECT, {.proxy_status = 403}),
            begin + "403, it does not allow the upstream's host");
  EXPECT_EQ(TextOf(CURLE_RECV_ERROR, {.proxy_status = 502}),
            begin + "502, it cannot reach the upstream");
  EXPECT_EQ(TextOf(CURLE_RECV_ERROR, {.proxy_status = 302}), begin + "302");
  EXPECT_EQ(TextOf(CURLE_RECV_ERROR, {.request_begun = true, .proxy_status = 200}),
            "the connection broke before the upstream's response: Failure when receiving data from "
            "the peer");
}

TEST(CurlError, KeepsTheStatusThatCame) {
  const TransferFacts facts{.request_begun = true, .response_begun = true, .http_status = 202};
  EXPECT_EQ(ExplainFailure(CURLE_RECV_ERROR, facts).http_status, 202);
  EXPECT_EQ(ExplainTimeout(facts).http_status, 202);
  EXPECT_EQ(ExplainStop(facts).http_status, 202);
}

TEST(CurlError, TimeoutSaysWhetherTheRequestMayHaveArrived) {
  EXPECT_EQ(ExplainTimeout({}).kind, TransportErrorKind::kTimeout);
  EXPECT_EQ(ExplainTimeout({}).delivery, Delivery::kNeverSent);
  EXPECT_EQ(ExplainTimeout({.request_begun = true}).delivery, Delivery::kMayHaveArrived);
}

}  // namespace
}  // namespace gateway
