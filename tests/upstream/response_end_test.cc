// A response is whole only if its end was seen; what else of it can be trusted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/http_encoding.h"
#include "tests/support/scripted_upstream.h"
#include "tests/support/test_certificate.h"
#include "tests/upstream/blocking_client.h"

namespace gateway {
namespace {

const TestCertificate& Certificate() {
  static const TestCertificate certificate = MakeTestCertificate("server");
  return certificate;
}

/// Over plain TCP (false) or TLS (true).
class ResponseEndTest : public ::testing::TestWithParam<bool> {
 protected:
  static HttpResult Receive(const Script& script, const std::string& verb = "GET") {
    const auto upstream = GetParam()
                              ? std::make_unique<ScriptedUpstream>(ServerTls{
                                    Certificate().certificate_pem, Certificate().key_pem, {}})
                              : std::make_unique<ScriptedUpstream>();
    upstream->OnRequest([&](const ReceivedRequest&) { return script; });
    static const AtomicValue<TlsMaterial> trusting(
        TlsMaterial{Certificate().certificate_pem, {}, {}});
    CurlHttpLoopOptions options;
    options.tls = &trusting;
    options.max_response_bytes = 100'000;
    BlockingClient client(options);
    HttpResult result = client.Call(Request(verb, upstream->url()));
    EXPECT_EQ(upstream->counters().requests, 1);
    return result;
  }
};

INSTANTIATE_TEST_SUITE_P(Plain, ResponseEndTest, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, ResponseEndTest, ::testing::Values(true));

TEST_P(ResponseEndTest, Row5IsSeenOnlyInAnOrderlyEndWhereTheHeadDoesNotSayIt) {
  const bool over_tls = GetParam();
  const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
  struct Case {
    Script script;
    bool whole;
  };
  for (const Case& c :
       {Case{{Send(head), Close()}, false},
        {{Send(head), Cut()}, false},
        {{Send(head), Reset()}, false},
        {{Send(head + "{}"), Close()}, true},
        {{Send(head + "{}"), Cut()}, !over_tls},
        {{Send(head), Send("{}"), Close()}, true},
        {{Send("HTTP/1.0 200 OK\r\n\r\n{}"), Close()}, true},
        {{Send("HTTP/1.0 200 OK\r\n\r\n{}"), Cut()}, !over_tls},
        {{Send("HTTP/1.0 200 OK\r\n\r\n"), Close()}, false},
        {{Send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n{}"), Close()},
         false},
        {{Send(HttpReply(200, "{}")), Cut()}, true},
        {{Send(ChunkedReply("{}")), Cut()}, true},
        {{Send(HttpReply(200, "")), Cut()}, true},
        {{Send("HTTP/1.1 204 None\r\nConnection: close\r\n\r\n"), Cut()}, true},
        {{Send("HTTP/1.1 404 No\r\nConnection: close\r\n\r\n"), Close()}, true}}) {
    for (const char* verb : {"GET", "POST", "DELETE"}) {
      const HttpResult result = Receive(c.script, verb);
      EXPECT_EQ(result.response() != nullptr, c.whole) << c.script.front().bytes;
      if (result.error() == nullptr) continue;
      EXPECT_EQ(ErrorOf(result),
                std::pair(TransportErrorKind::kTruncated, Delivery::kMayHaveArrived));
      EXPECT_EQ(result.error()->http_status, 200);
    }
  }
}

TEST_P(ResponseEndTest, OfAResponseToHeadIsItsHead) {
  const HttpResult result = Receive({Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")}, "HEAD");
  ASSERT_NE(result.response(), nullptr);
  EXPECT_EQ(result.response()->status, 200);
}

TEST_P(ResponseEndTest, Row4OfACompressedBodyIsItsOwn) {
  const Headers gzip = {{"Content-Encoding", "gzip"}};
  const std::string zipped = Gzip(R"({"id":"splr_1"})");
  for (const std::size_t size : {1U, 2U, 10U, 20U}) {
    for (const char* verb : {"GET", "POST", "DELETE"}) {
      const HttpResult result = Receive({Send(HttpReply(200, zipped.substr(0, size), gzip))}, verb);
      EXPECT_EQ(ErrorOf(result),
                std::pair(TransportErrorKind::kTruncated, Delivery::kMayHaveArrived));
      ASSERT_NE(result.error(), nullptr);
      EXPECT_EQ(result.error()->http_status, 200);
    }
  }
  for (const std::string& whole : {zipped, zipped + std::string(8, '\0')}) {
    const HttpResult result = Receive({Send(HttpReply(200, whole, gzip))});
    ASSERT_NE(result.response(), nullptr);
    EXPECT_EQ(result.response()->body, R"({"id":"splr_1"})");
  }
  for (const std::string& empty : {HttpReply(200, "", gzip), HttpReply(204, "", gzip)}) {
    const HttpResult result = Receive({Send(empty)});
    ASSERT_NE(result.response(), nullptr);
    EXPECT_EQ(result.response()->body, "");
  }
}

TEST_P(ResponseEndTest, Row10KeepsTheStatusWhateverTheCoding) {
  const std::string text = R"({"code":"NOT_FOUND"})";
  struct Case {
    const char* encoding;
    std::string bytes;
    std::string body;
  };
  for (const Case& c : {Case{"utf-8", text, text},
                        {"gzip", text, text},
                        {"br", text, text},
                        {"gzip, gzip", Gzip(Gzip(text)), text},
                        {"gzip", Gzip(text.substr(0, 5)) + Gzip(text.substr(5)), text},
                        {"gzip", Gzip(text) + std::string(10, '\0'), text},
                        {"deflate", Deflate(text), text},
                        {"deflate", RawDeflate(text), text}}) {
    for (const int status : {200, 404}) {
      if (status == 200 && c.bytes == text && std::string(c.encoding) == "gzip") continue;
      const HttpResult result =
          Receive({Send(HttpReply(status, c.bytes, {{"Content-Encoding", c.encoding}}))});
      ASSERT_NE(result.response(), nullptr) << c.encoding << result.error()->text;
      EXPECT_EQ(result.response()->status, status);
      EXPECT_EQ(result.response()->body, c.body) << c.encoding;
    }
  }
}

TEST_P(ResponseEndTest, Row11IsBehindOneStatusLine) {
  for (const char* later :
       {"HTTP/x 200 y: z", "HTTP/x 200 y", "HTTP/1.1 200 OK: z", "HTTP/1.1 200 OK"}) {
    const HttpResult result = Receive({Send(std::string("HTTP/1.1 403 Forbidden\r\n") + later +
                                            "\r\nContent-Length: 2\r\n\r\n{}")});
    ASSERT_NE(result.response(), nullptr) << later;
    EXPECT_EQ(result.response()->status, 403) << later;
  }
  for (const char* line : {"HTTP/1.1 2000 OK", "HTTP/1.1 20 OK", "HTTP/1.1 20O OK"}) {
    EXPECT_EQ(ErrorOf(Receive({Send(std::string(line) + "\r\nContent-Length: 2\r\n\r\n{}")})),
              std::pair(TransportErrorKind::kMalformed, Delivery::kMayHaveArrived))
        << line;
  }
}

TEST_P(ResponseEndTest, ThatIsMissingLeavesTheStatusKnown) {
  const std::string head = "HTTP/1.1 409 Conflict\r\n";
  for (const Script& script :
       {Script{Send(head), Close()}, Script{Send(head + "Content-Length: 5\r\n\r\n{"), Close()},
        Script{Send("HTTP/1.1 103 Early\r\n\r\n" + head), Reset()}}) {
    const HttpResult result = Receive(script);
    EXPECT_EQ(ErrorOf(result),
              std::pair(TransportErrorKind::kTruncated, Delivery::kMayHaveArrived));
    ASSERT_NE(result.error(), nullptr);
    EXPECT_EQ(result.error()->http_status, 409);
  }
  const HttpResult interim = Receive({Send("HTTP/1.1 103 Early\r\n\r\n"), Close()});
  ASSERT_NE(interim.error(), nullptr);
  EXPECT_EQ(interim.error()->http_status, 0);
}

}  // namespace
}  // namespace gateway
